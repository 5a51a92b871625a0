/** The version of this program, as `--version`, INFO and HELLO show it. */
export const VERSION = "0.4.0";
