/** Whether a command that the table lacks can be a module's: it has its module's name and a dot, Redis's own have none. */
export function isOfModule(name: string): boolean {
  return /^[a-z][\w-]*\.[\w.-]+$/.test(name);
}
