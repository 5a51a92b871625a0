/**
 * The 256 steps of a cyclic redundancy check, computed once when a hash is loaded: entry b is what byte b
 * does to an empty register.
 */

/** Steps for registers that shift right, least significant bit first. */
export function reflectedCrcTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) {
      register = (register >>> 1) ^ ((register & 1) === 1 ? polynomial : 0);
    }
    return register;
  });
}

/** Steps for 16-bit registers that shift left, most significant bit first. */
export function crc16Table(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let register = byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      register = ((register << 1) ^ ((register & 0x8000) !== 0 ? polynomial : 0)) & 0xffff;
    }
    return register;
  });
}
