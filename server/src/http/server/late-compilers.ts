import { createRequire } from 'node:module'
import type {
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyServerOptions,
  FastifyTypeProvider,
} from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { lazy } from '../../lazy.ts'

/** What TypeBox says of a route's schemas, as the types of what is asked and answered. */
export interface TypesOfSchemas extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

export interface LateCompilers {
  /** For Fastify, in place of its own, which would load Ajv to start. */
  controller: NonNullable<FastifyServerOptions['schemaController']>
  /** Compiles what no request has needed yet, one schema a turn of the loop. @throws of a schema that is none. */
  compileAll(): Promise<void>
}

type Serialize = ReturnType<FastifySerializerCompiler<unknown>>

/**
 * Checks what comes in and writes what goes out by a route's schemas. They are compiled when they are used
 * first, or after the gate listens, as all of them, and what compiles them, are a fifth of a start.
 */
export function createLateCompilers(): LateCompilers {
  const uncompiled = new Set<() => unknown>()
  const late = <Compiled>(compile: () => Compiled): (() => Compiled) => {
    const compiled = lazy(compile)
    uncompiled.add(compiled)
    return compiled
  }

  const validator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
    const check = late(() => Compile(schema))
    return (value: unknown) => {
      // A body says of which type its values are; what stands in an address is text.
      const converted = httpPart === 'body' ? value : Value.Convert(schema, value)
      if (check().Check(converted)) return { value: converted }
      return { error: check().Errors(converted) as never }
    }
  }
  const serializers: FastifySerializerFactory = (schemas, options) => {
    const compile = late(() => fastifysOwn()(schemas, options))
    return definition => {
      const write = late(() => compile()(definition) as Serialize)
      return data => write()(data)
    }
  }

  return {
    controller: {
      compilersFactory: {
        buildValidator: () => validator as never,
        buildSerializer: serializers,
      },
    },
    compileAll: async () => {
      for (const compile of uncompiled) {
        await new Promise(done => setImmediate(done))
        compile()
      }
      uncompiled.clear()
    },
  }
}

type FastifySerializerFactory = NonNullable<
  NonNullable<
    NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']
  >['buildSerializer']
>

/** The very one that this Fastify takes where it is told of none. */
function fastifysOwn(): FastifySerializerFactory {
  const fromFastify = createRequire(import.meta.resolve('fastify'))
  return fromFastify('@fastify/fast-json-stringify-compiler')()
}
