import { type Service, serviceIcons } from '@qrgate/sdk/protocol'
import Type from 'typebox'
import { bothOf, bothTexts, field } from './shown-text.ts'

/** How a service's id is spelled, in a policy too. */
export const serviceIdPattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

export const mostServices = 50

/** What a client does for visitors, as it says so itself. */
export const serviceSchema = Type.Object(
  {
    id: Type.String({
      pattern: serviceIdPattern,
      ...field(
        'a letter or digit, then up to 63 of those, `.`, `_` and `-`',
        'unique at the client',
      ),
    }),
    name: bothTexts('what the visitor taps'),
    lines: Type.Optional(
      Type.Array(bothTexts(''), {
        maxItems: 2,
        ...field('a list of up to two texts', 'below the name'),
      }),
    ),
    icon: Type.Enum(
      [...serviceIcons],
      field(`one of ${serviceIcons.join(', ')}`, 'beside the name'),
    ),
    closed: Type.Optional(bothTexts('why nobody can ask for it now')),
  },
  { title: 'Service', ...field('a JSON object', '') },
)

export const servicesSchema = Type.Object(
  {
    services: Type.Array(serviceSchema, {
      maxItems: mostServices,
      ...field(
        `a list of up to ${mostServices} services`,
        'in the order in which kiosks show them',
      ),
    }),
  },
  { title: 'Services', ...field('a JSON object', '') },
)

/** Name by name: what else a client has written is no word of ours. */
export function serviceOf({ id, name, lines, icon, closed }: Service): Service {
  return {
    id,
    name: bothOf(name),
    ...(lines && lines.length > 0 && { lines: lines.map(bothOf) }),
    icon,
    ...(closed && { closed: bothOf(closed) }),
  }
}
