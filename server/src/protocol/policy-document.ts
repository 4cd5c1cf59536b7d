import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { lazy } from '../lazy.ts'
import { faultsOf } from './schema-faults.ts'
import { serviceIdPattern } from './service.ts'
import { bothTexts, field } from './shown-text.ts'

/**
 * A kiosk's policy as an operator writes it: JSON, one schema, every field optional but `reader`.
 *
 * `reader` is the least version of this schema that understands the document. Fields that mean nothing
 * here are kept as they are: a newer gate may have written them, and whoever reads passes over them.
 * So a field that an older gate must not pass over, as it protects, raises `reader`.
 */

/** The newest documents that this gate understands. */
export const newestReader = 1

/** The ways to sign in that a policy can forbid. */
export const methods = ['password', 'passkey', 'remembered', 'sign_up'] as const

export type Method = (typeof methods)[number]

/** Longer documents are refused; the longest that the fields below make is about half of it. */
const longestText = 8192

const seconds = (least: number, most: number, usual: number, about: string) =>
  Type.Optional(
    Type.Integer({
      minimum: least,
      maximum: most,
      ...field(`a whole number of seconds, ${least} to ${most}`, about, usual),
    }),
  )

const text = (about: string) => Type.Optional(bothTexts(about))
const group = 'an object'

export const policySchema = Type.Object(
  {
    reader: Type.Integer({
      minimum: 1,
      maximum: newestReader,
      ...field(`${newestReader}`, 'the least version of this schema that understands the document'),
    }),
    languages: Type.Optional(
      Type.Array(Type.Enum(['ko', 'en']), {
        minItems: 1,
        uniqueItems: true,
        ...field(
          'a list of `ko` and `en`, one of them at least, each once',
          'offered on the screen; the first is the usual one',
          ['ko', 'en'],
        ),
      }),
    ),
    start: Type.Optional(
      Type.Enum(['touch', 'always'], {
        ...field('`touch` or `always`', 'what brings the QR: a tap, or nothing', 'touch'),
      }),
    ),
    timings: Type.Optional(
      Type.Object(
        {
          idle_seconds: seconds(20, 600, 60, 'how long a visitor may leave the screen untouched'),
          done_seconds: seconds(
            5,
            120,
            20,
            'how long the screen shows that all is done, from the last touch on',
          ),
        },
        field(group, ''),
      ),
    ),
    texts: Type.Optional(
      Type.Object(
        {
          idle_title: text('the headline between visitors, in place of the usual one'),
          idle_text: text('the sentence below it'),
          done_text: text('the sentence beside "signed in"'),
        },
        field(group, ''),
      ),
    ),
    services: Type.Optional(
      Type.Object(
        {
          offer: Type.Optional(
            Type.Array(Type.String({ pattern: serviceIdPattern }), {
              maxItems: 50,
              uniqueItems: true,
              ...field(
                "a list of up to 50 services' ids, each once",
                "which of the client's services, in which order; absent: all of them",
              ),
            }),
          ),
        },
        field(group, ''),
      ),
    ),
    printing: Type.Optional(
      Type.Object(
        {
          ticket: Type.Optional(
            Type.Boolean(field('`true` or `false`', 'whether the number is printed', false)),
          ),
          paper_mm: Type.Optional(
            Type.Enum([58, 80], {
              ...field('`58` or `80`', "how wide the printer's roll is, in millimetres", 80),
            }),
          ),
        },
        field(group, ''),
      ),
    ),
    methods: Type.Optional(
      Type.Array(Type.Enum([...methods]), {
        uniqueItems: true,
        // Whoever signs up must be able to come again.
        contains: { const: 'password' },
        ...field(
          'a list of `password` and, where they are open too, `passkey`, `remembered` (one tap on a phone that was remembered) and `sign_up`',
          'which ways to sign in are open here',
          [...methods],
        ),
      }),
    ),
    // No reader of its own: a gate that does not know it remembers no phones.
    proof_hours: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 8760,
        ...field(
          'a whole number of hours, 1 to 8760',
          'how long after a sign-in by password or passkey one tap is enough here; absent: as long as the phone is remembered',
        ),
      }),
    ),
  },
  field('a JSON object', ''),
)

type Fields = Static<typeof policySchema>

/** A document that was checked, with whatever else stands in it; only {@link readDocument} makes one. */
export type PolicyDocument = Fields & { readonly [checked]: true }
declare const checked: unique symbol

const compiled = lazy(() => Compile(policySchema))

/** Reads a document. What is wrong with it is said in sentences that name the field and what would be right. */
export function readDocument(text: string): PolicyDocument | { faults: string[] } {
  if (Buffer.byteLength(text) > longestText) {
    return { faults: [`A policy has ${longestText} bytes at most.`] }
  }
  try {
    return checkDocument(JSON.parse(text))
  } catch (error) {
    return { faults: [`This is no JSON: ${(error as SyntaxError).message}.`] }
  }
}

/** The same for what was read already. */
export function checkDocument(value: unknown): PolicyDocument | { faults: string[] } {
  if (compiled().Check(value)) return value as PolicyDocument
  const { reader } = (value ?? {}) as { reader?: unknown }
  if (Number.isSafeInteger(reader) && Number(reader) > newestReader) {
    return { faults: [newer(Number(reader))] }
  }
  return { faults: faultsOf(policySchema, 'A policy', compiled().Errors(value)) }
}

function newer(reader: number): string {
  return (
    `This document needs reader ${reader}, and this gate understands documents up to reader ` +
    `${newestReader}: bring every node up to date first.`
  )
}
