import { html, LitElement } from 'lit'

/** It renders without a shadow root, so that one style sheet reaches it all. */
export class BoardPage extends LitElement {
  protected override createRenderRoot(): this {
    return this
  }

  protected override render() {
    return html``
  }
}
