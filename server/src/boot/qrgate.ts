// The program `qrgate` itself: what the package's bin and `npm start` run.
import { runProgram } from './cli.ts'

await runProgram()
