// Serves the page and the built element: `npm run build`, then
// `node examples/integrator-page/serve.ts`, with a demo gate running beside it.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 3000)
const page = new URL('index.html', import.meta.url)
const element = new URL(import.meta.resolve('@qrgate/sdk/kiosk-element'))

createServer(async (request, response) => {
  const wantsElement = request.url === '/kiosk-element.js'
  response.setHeader('content-type', wantsElement ? 'text/javascript' : 'text/html')
  response.end(await readFile(wantsElement ? element : page))
}).listen(port, () => console.log(`http://127.0.0.1:${port}`))
