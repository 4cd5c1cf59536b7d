import { loadEnvFile } from 'node:process'
import { Command } from 'commander'
import { addAccount } from './account-command.ts'
import { ConfigError } from './config.ts'
import { Refusal, sentence } from './errors.ts'
import { runGate } from './main.ts'

const program = new Command('qrgate').description(
  'On-site sign-in: a kiosk shows a QR code, a phone signs in, the kiosk knows.',
)

program
  .command('demo')
  .description('try it out: works at once, on any machine, with open sign-up')
  .action(() => runGate('demo'))

program
  .command('account')
  .description('people who may sign in')
  .command('add')
  .argument('<id>', 'what the person types to sign in')
  .option('--name <name>', 'shown to its owner, and masked on the kiosk', '')
  .description('add an account; asks for the password, or reads it from standard input')
  .action((id: string, { name }: { name: string }) => addAccount(id, name))

try {
  loadEnvFile()
} catch {
  // No `.env` here: the environment says it all.
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof Refusal)) throw error
  const message = error instanceof Refusal ? sentence(error.code, 'en') : error.message
  process.stderr.write(`qrgate: ${message}\n`)
  process.exitCode = 1
}
