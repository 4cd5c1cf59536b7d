// The device authorization of better-auth on an SQLite file, as its documentation sets it up.
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { deviceAuthorization } from 'better-auth/plugins'

const { PORT, PUBLIC_URL, QRGATE_DATA_DIR } = process.env
const options = {
  baseURL: PUBLIC_URL,
  secret: 'a secret that only this benchmark uses and nobody else does',
  database: new DatabaseSync(`${QRGATE_DATA_DIR}/better-auth.sqlite`),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [deviceAuthorization({ verificationUri: '/device', expiresIn: '5m' })],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const answer = toNodeHandler(betterAuth(options))
createServer((request, response) => {
  if (request.url === '/healthz') response.end('ok')
  else void answer(request, response)
}).listen(Number(PORT), '127.0.0.1')
