/** The errors for commands that nobody knows, in the words of Redis. */
import type { Arguments } from "../arguments.ts";
import type { Command } from "./command.ts";

const QUOTED_ARGUMENT_BYTES = 128;

/** What is said of a command, or of a subcommand of `container`, that there is not. */
export function unknownCommand(container: Command | null, request: Arguments): string {
  if (container !== null) {
    const name = container.name.toUpperCase();
    return `ERR unknown subcommand ${quoteArguments(request, 1, 2)}. Try ${name} HELP.`;
  }
  const name = quoteArguments(request, 0, 1);
  const rest = request.count === 1 ? "" : `${quoteArguments(request, 1, request.count)} `;
  return `ERR unknown command ${name}, with args beginning with: ${rest}`;
}

/** Arguments `from` to `to` in quotes, cut after 128 bytes, for an error text that names what was sent. */
export function quoteArguments(args: Arguments, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to && text.length < QUOTED_ARGUMENT_BYTES; i++) {
    const start = args.start(i);
    const end = Math.min(args.end(i), start + QUOTED_ARGUMENT_BYTES - text.length);
    const separator = i === from ? "" : " ";
    text += `${separator}'${Buffer.from(args.bytesOf(i).subarray(start, end)).toString("latin1")}'`;
  }
  return text;
}
