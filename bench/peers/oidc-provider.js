// The device grant of oidc-provider, in its simplest form: everything in memory, one public client.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const { PORT, PUBLIC_URL } = process.env
const provider = new Provider(PUBLIC_URL, {
  clients: [
    {
      client_id: 'kiosk',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
      redirect_uris: [],
    },
  ],
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: false } },
})
const answer = provider.callback()
createServer((request, response) => {
  if (request.url === '/healthz') response.end('ok')
  else void answer(request, response)
}).listen(Number(PORT), '127.0.0.1')
