import type { Config } from '../../config.ts'
import { reachOf } from '../../protocol/address-reach.ts'
import type { PostgresLook } from '../../store/sql/postgres-look.ts'
import type { Add, Finding } from './finding.ts'

/** How a Postgres is reached; one that is not reached at all is told of elsewhere. */
export async function checkPostgres({ databaseUrl }: Config, add: Add): Promise<void> {
  if (databaseUrl.startsWith('sqlite:')) return
  const { lookAtPostgres } = await import('../../store/sql/postgres-look.ts')
  const look = await lookAtPostgres(databaseUrl).catch(() => undefined)
  if (!look) return
  for (const { mark, words } of postgresFindings(look)) add(mark, 'database', words)
}

export function postgresFindings(look: PostgresLook): Omit<Finding, 'about'>[] {
  return [encryption(look), ...pooling(look), ...durability(look)]
}

function encryption({ tls, address }: PostgresLook): Omit<Finding, 'about'> {
  if (tls === 'verified') {
    return { mark: 'ok', words: 'its connection is encrypted, and its certificate was looked at' }
  }
  if (tls === 'unverified') {
    const words = 'its connection is encrypted, but anybody between may pose as it'
    return { mark: 'warn', words: `${words}; set sslmode=require, and sslrootcert to your own CA` }
  }
  if (address === undefined || reachOf(address) !== 'public') {
    return { mark: 'ok', words: 'its connection is not encrypted, and stays in your own network' }
  }
  const words = `its connection to ${address} is not encrypted`
  return { mark: 'warn', words: `${words}; add sslmode=require to DATABASE_URL` }
}

function pooling({ pooler }: PostgresLook): Omit<Finding, 'about'>[] {
  if (pooler === 'none') return []
  const needs = pooler === 'session' ? '; let it have eleven connections for each node' : ''
  return [{ mark: 'ok', words: `a pooler is between (by ${pooler})${needs}` }]
}

function durability({ lax }: PostgresLook): Omit<Finding, 'about'>[] {
  return lax.map(setting => {
    const words = `its server has ${setting}=off`
    if (setting === 'synchronous_commit') {
      return { mark: 'ok', words: `${words}; the gate has its own commits wait for the disk` }
    }
    const danger = 'after a power cut it may be damaged, or lack what was acknowledged'
    return { mark: 'warn', words: `${words}: ${danger}; set ${setting}=on` }
  })
}
