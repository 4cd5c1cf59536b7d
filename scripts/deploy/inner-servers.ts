import type { Machine } from './machine.ts'

/** Postgres with TLS, for whoever has a password, as the page asks for. @param sql what it says to run there. */
export function startDatabase(machine: Machine, sql: string): void {
  const folder = '/var/lib/try-postgres'
  machine.write('/root/made.sql', sql)
  machine.run(`
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
    install -d -o postgres -g postgres ${folder} /run/postgresql
    as="setpriv --reuid=postgres --regid=postgres --clear-groups"
    $as $bin/initdb -D ${folder}/data -A peer --no-sync >/dev/null
    install -m 600 -o postgres -g postgres /etc/ssl/private/db.internal.key ${folder}/key
    echo 'hostssl all all 10.0.0.0/24 scram-sha-256' >> ${folder}/data/pg_hba.conf
    ln -s $bin ${folder}/bin`)
  machine.start(`exec setpriv --reuid=postgres --regid=postgres --clear-groups \\
    ${folder}/bin/postgres -D ${folder}/data -c listen_addresses='*' -c fsync=off -c ssl=on \\
    -c ssl_cert_file=/etc/ssl/certs/db.internal.pem -c ssl_key_file=${folder}/key`)
  const psql =
    'setpriv --reuid=postgres --regid=postgres --clear-groups psql -v ON_ERROR_STOP=1 postgres'
  machine.until(`${psql} -c 'select 1'`)
  machine.run(`${psql} < /root/made.sql`)
}

/** Redis with TLS alone. @param settings what the page says of its configuration. */
export function startRedis(machine: Machine, settings: string): void {
  const tls = `port 0
tls-port 6379
tls-cert-file /etc/ssl/certs/redis.internal.pem
tls-key-file /etc/ssl/private/redis.internal.key
tls-ca-cert-file /etc/ssl/certs/internal-ca.pem
tls-auth-clients no
bind 0.0.0.0
`
  machine.write('/etc/redis-try.conf', settings + tls)
  machine.start('exec redis-server /etc/redis-try.conf')
}
