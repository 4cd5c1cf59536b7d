import type { FastifySchema } from 'fastify'
import Type from 'typebox'
import { serviceIdPattern } from '../../protocol/service.ts'
import { signInPath } from '../server/schemas.ts'
import {
  claimAnswer,
  kioskView,
  pollAnswer,
  pollQuery,
  signInView,
  startAnswer,
  userCodeAnswer,
} from './schemas.ts'

const tags = ['kiosk']

/** Refusals of whoever asks as an enrolled screen; as the one that started a sign-in; and of what is over. */
const ofKiosk = ['kiosk_not_enrolled', 'kiosk_revoked', 'storage_busy'] as const
const ofScreen = ['kiosk_secret_wrong', ...ofKiosk] as const
const over = ['already_ended', 'expired'] as const

const oneOf = <T extends string>(title: string, ...reasons: T[]) =>
  Type.Object({ reason: Type.Optional(Type.Enum(reasons)) }, { title, additionalProperties: false })
const clientCredential = Type.String({
  maxLength: 128,
  description: "The client's credential: answers what it may know, signed too.",
})

const serviceId = Type.String({ pattern: serviceIdPattern })
const language = Type.Optional(
  Type.Enum(['ko', 'en'], { description: 'What the screen speaks; `ko` where it says nothing.' }),
)

const nothing = Type.Object({}, { additionalProperties: false })

const byCookie = [{ kiosk_cookie: [] }]
const ofSecret = { tags, security: [{ kiosk_secret: [] }] }

/**
 * What kiosks may ask: how it is checked, and how the API's document tells of it.
 * @param demo whether anybody may start, and enrol.
 */
export const kioskOperations = (demo: boolean) =>
  ({
    getKiosk: {
      tags,
      operationId: 'getKiosk',
      summary: 'What the kiosk page must know; as a WebSocket: watch sign-ins',
      security: byCookie,
      refusals: ofKiosk,
      response: { 200: kioskView },
    },
    enrolKiosk: {
      tags,
      hide: !demo,
      operationId: 'enrolKiosk',
      summary: 'Enrol this screen (demo mode only)',
      security: [],
      refusals: ['cross_site', 'too_many', 'storage_busy'],
      response: { 201: kioskView },
    },
    callStaff: {
      tags,
      operationId: 'callStaff',
      summary: 'A visitor at an enrolled screen wants somebody to come; once a minute',
      security: byCookie,
      refusals: ['cross_site', ...ofKiosk, 'staff_call_off', 'too_many'],
      body: nothing,
      response: { 204: Type.Null() },
    },
    startSignIn: {
      tags,
      operationId: 'startSignIn',
      summary: demo ? 'Start a sign-in; in a demo anybody may' : 'Start a sign-in',
      security: [...byCookie, { kiosk_credential: [] }, ...(demo ? [{}] : [])],
      refusals: ofKiosk,
      body: nothing,
      response: { 201: startAnswer },
    },
    viewSignIn: {
      ...ofSecret,
      operationId: 'viewSignIn',
      summary: 'Where a sign-in stands; with `wait`, as soon as it changes',
      refusals: [...ofScreen, 'restarting'],
      params: signInPath,
      querystring: pollQuery,
      response: { 200: pollAnswer },
    },
    requestUserCode: {
      ...ofSecret,
      operationId: 'requestUserCode',
      summary: 'A code to type where the camera cannot help; only after a tap',
      refusals: [...ofScreen, ...over, 'too_many_codes'],
      params: signInPath,
      body: nothing,
      response: { 200: userCodeAnswer },
    },
    extendSignIn: {
      ...ofSecret,
      operationId: 'extendSignIn',
      summary: 'More time for the visitor to sign in; once',
      refusals: [...ofScreen, ...over, 'not_found'],
      params: signInPath,
      body: nothing,
      response: { 200: signInView },
    },
    cancelSignIn: {
      ...ofSecret,
      operationId: 'cancelSignIn',
      summary: 'Give a sign-in up, on the kiosk',
      refusals: [...ofScreen, ...over, 'too_many_codes'],
      params: signInPath,
      bodyIsOptional: true,
      body: oneOf('CancelRequest', 'kiosk', 'not_my_phone'),
      response: { 200: signInView },
    },
    claimSignIn: {
      ...ofSecret,
      operationId: 'claimSignIn',
      summary: 'Learn who signed in; repeatable by the same kiosk secret',
      refusals: [
        ...ofScreen,
        'client_unknown',
        'client_wrong',
        'account_unusable',
        'not_approved',
        ...over,
      ],
      params: signInPath,
      querystring: Type.Object({ language }),
      bodyIsOptional: true,
      body: Type.Object(
        { client_credential: Type.Optional(clientCredential) },
        { title: 'ClaimRequest', additionalProperties: false },
      ),
      response: { 200: claimAnswer },
    },
    chooseService: {
      ...ofSecret,
      operationId: 'chooseService',
      summary: 'Ask for a service of the client, during the visit; another one replaces it',
      refusals: [
        ...ofScreen,
        'service_unknown',
        'service_closed',
        'not_approved',
        ...over,
        'too_many',
      ],
      params: signInPath,
      body: Type.Object(
        { service: serviceId, language },
        { title: 'ServiceRequest', additionalProperties: false },
      ),
      response: { 200: signInView },
    },
    endVisit: {
      ...ofSecret,
      operationId: 'endVisit',
      summary: 'End the visit, on the kiosk',
      refusals: [...ofScreen, 'not_approved', ...over],
      params: signInPath,
      bodyIsOptional: true,
      body: oneOf('EndRequest', 'kiosk', 'idle'),
      response: { 200: signInView },
    },
    leaveSignIn: {
      ...ofSecret,
      operationId: 'leaveSignIn',
      summary: "The kiosk's page was closed; it may come back within 15 s",
      refusals: [...ofScreen, 'not_approved', 'too_many'],
      params: signInPath,
      body: nothing,
      response: { 204: Type.Null() },
    },
  }) satisfies Record<string, FastifySchema>
