import { OperatorError } from '../operator-error.ts'
import { readServices } from '../protocol/services-document.ts'
import { present, unlessUnknown, withClients } from './client-command.ts'
import { operator, say, withStore } from './command.ts'
import { readDocumentFile } from './document-file.ts'

/** `qrgate client services`: sets them where there is a file, and prints them otherwise. */
export async function clientServices(id: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    await withStore(async store => {
      const { services } = await present(store, id)
      say(JSON.stringify({ services }, null, 2))
    }, 'look')
    return
  }
  const read = readServices(await readDocumentFile(file, 'A list of services'))
  if ('faults' in read) throw new OperatorError(read.faults.join('\n'))
  await withClients(async clients => {
    const { services } = await clients
      .setServices(id, read.services, operator())
      .catch(unlessUnknown(id))
    const ids = services.map(({ id, closed }) => (closed ? `${id} (closed)` : id)).join(', ')
    say(services.length === 0 ? `${id} has no services.` : `${id} has the services ${ids}.`)
  })
}
