import { html, LitElement, svg } from 'lit'
import type { DaySummary } from '../../src/wire.ts'
import { howToOpen } from '../look/how-to-open.ts'
import { languageOf } from '../look/language.ts'

const words = {
  ko: {
    title: '하루 요약',
    day: '날짜',
    came: '접수',
    done: '끝',
    no_show: '안 오심',
    cancelled: '취소',
    wait: '대기 시간 (중앙값)',
    hour: '시각',
    byHour: '시간대별 접수',
    service: '업무',
    byService: '업무별',
    minutes: (ms: number | undefined) => (ms === undefined ? '–' : `${Math.round(ms / 60_000)}분`),
    people: (count: number) => `${count}명`,
    csv: 'CSV 내려받기',
    print: '인쇄',
    desk: '접수대',
    none: '이날은 접수가 없습니다',
    closed: '하루 요약을 열려면 링크가 필요합니다',
    closedText:
      '접수 서버에서 아래 명령을 실행하고, 나온 주소를 이 브라우저에서 1시간 안에 열어 주세요.',
    failed: '불러오지 못했습니다. 페이지를 새로 고쳐 주세요.',
  },
  en: {
    title: 'Day summary',
    day: 'Date',
    came: 'Checked in',
    done: 'Done',
    no_show: 'No-show',
    cancelled: 'Cancelled',
    wait: 'Median wait',
    hour: 'Hour',
    byHour: 'Check-ins by hour',
    service: 'Service',
    byService: 'By service',
    minutes: (ms: number | undefined) =>
      ms === undefined ? '–' : `${Math.round(ms / 60_000)} min`,
    people: (count: number) => `${count}`,
    csv: 'Download CSV',
    print: 'Print',
    desk: 'Desk',
    none: 'No check-ins on this day',
    closed: 'You need a link to open the day summary',
    closedText:
      'Run this on the reception server and open the address it prints in this browser within an hour.',
    failed: 'This could not be loaded. Please reload the page.',
  },
}

/** How one day went: how many came, what became of them, and how long they waited. */
export class DayPage extends LitElement {
  readonly #language = languageOf(location.search)
  readonly #words = words[this.#language]
  #summary: DaySummary | undefined
  #trouble: 'closed' | 'failed' | undefined

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.documentElement.lang = this.#language
    document.title = this.#words.title
    void this.#load(new URLSearchParams(location.search).get('day') ?? '')
  }

  async #load(day: string): Promise<void> {
    try {
      const answer = await fetch(`day/summary${day && `?day=${encodeURIComponent(day)}`}`)
      this.#trouble = answer.ok ? undefined : answer.status === 401 ? 'closed' : 'failed'
      if (answer.ok) this.#summary = (await answer.json()) as DaySummary
    } catch {
      this.#trouble = 'failed'
    }
    this.requestUpdate()
  }

  #choose = ({ target }: Event) => {
    const { value } = target as HTMLSelectElement
    const address = new URL(location.href)
    address.searchParams.set('day', value)
    history.replaceState(null, '', address)
    void this.#load(value)
  }

  protected override render() {
    const own = this.#words
    if (this.#trouble === 'closed')
      return html`
        <main class="closed"><h1>${own.closed}</h1>${howToOpen(this.#language, own.closedText)}</main>`
    if (this.#trouble) return html`<main class="closed"><h1 role="alert">${own.failed}</h1></main>`
    return this.#summary ? this.#day(this.#summary) : ''
  }

  #day(summary: DaySummary) {
    const own = this.#words
    const { site, day, days, hours, services } = summary
    const numbers = [
      [own.came, own.people(summary.came)],
      [own.done, own.people(summary.done)],
      [own.no_show, own.people(summary.no_show)],
      [own.cancelled, own.people(summary.cancelled)],
      [own.wait, own.minutes(summary.median_wait_ms)],
    ]
    const rows = hours.map(at => [hourOf(at.hour), at.came, own.minutes(at.median_wait_ms)])
    const kinds = services.map(at => [
      at.name[this.#language],
      at.came,
      own.minutes(at.median_wait_ms),
    ])
    return html`
      <header>
        <h1>${own.title} <small>${site[this.#language]}</small></h1>
        <label>${own.day}
          <select @change=${this.#choose}>
            ${[...new Set([day, ...days])].map(one => html`<option .selected=${one === day}>${one}</option>`)}
          </select></label>
        <a class="button" href="day/summary.csv?day=${day}" download>${own.csv}</a>
        <button type="button" @click=${() => print()}>${own.print}</button>
        <a class="button" href="desk?lang=${this.#language}">${own.desk}</a>
      </header>
      <main>
        <dl>${numbers.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        ${
          summary.came === 0
            ? html`<p>${own.none}</p>`
            : html`
          <section><h2>${own.byHour}</h2>${this.#plot(hours)}</section>
          <section class="tables">
            ${table(own.byHour, [own.hour, own.came, own.wait], rows)}
            ${table(own.byService, [own.service, own.came, own.wait], kinds)}
          </section>`
        }
      </main>`
  }

  /** The table below it says the same. */
  #plot(hours: DaySummary['hours']) {
    const most = Math.max(1, ...hours.map(({ came }) => came))
    const width = Math.max(hours.length, 12) * 60
    return html`
      <svg class="plot" viewBox="0 0 ${width} 190" aria-hidden="true">
        ${hours.map(({ hour, came }, n) => {
          const height = Math.round((came / most) * 130)
          return svg`
            <rect x=${n * 60 + 8} y=${155 - height} width="44" height=${height} rx="4"/>
            <text x=${n * 60 + 30} y=${148 - height}>${came > 0 ? came : ''}</text>
            <text class="hour" x=${n * 60 + 30} y="178">${hourOf(hour)}</text>`
        })}
        <path d="M0 155.5H${width}"/>
      </svg>`
  }
}

/** A day goes on after midnight: 27 is three in the morning. */
const hourOf = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`

const table = (name: string, heads: string[], rows: (string | number)[][]) => html`
  <table>
    <caption>${name}</caption>
    <thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ([head, ...cells]) => html`
      <tr><th scope="row">${head}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`,
    )}</tbody>
  </table>`
