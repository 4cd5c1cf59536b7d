import type { ServiceIcon } from '@qrgate/sdk/protocol'
import { serviceIconPaths } from '@qrgate/sdk/screen-parts'
import { svg } from 'lit'
import { drawing } from '../look/icons.ts'

/** A gate that is newer than this page may know icons that it cannot draw. */
export function serviceIcon(icon: ServiceIcon) {
  return drawing(svg`<path d=${serviceIconPaths[icon] ?? serviceIconPaths.other} />`, 1.7)
}
