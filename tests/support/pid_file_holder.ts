/** Claims the pid file it is given, says so, and holds it until it is killed. With a second argument, that process's. */
import { PidFile } from "../../src/control/service/pid_file.ts";

const [path, predecessor] = process.argv.slice(2);
try {
  const file = PidFile.claim(path!, predecessor === undefined ? null : Number(predecessor));
  process.once("SIGTERM", () => {
    file.release();
    process.exit(0);
  });
  console.log("claimed");
  setInterval(() => {}, 1000);
} catch (error) {
  console.log((error as Error).message);
}
