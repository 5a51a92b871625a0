/** The Redis whose commands, replies and error texts the store has, as far as it has them. */
export const REDIS_VERSION = "7.0.15";
