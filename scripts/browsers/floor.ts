/**
 * The oldest browsers that kiosk, element, demo, desk, board and day work in: the one place that says
 * so. The build makes syntax and style for them, `npm run lint` refuses what they lack, the pages name
 * them to whoever has an older one, and docs/browsers.md says in which of them it was tried.
 *
 * The names are those of @mdn/browser-compat-data; the visitor's phone needs none of them, as its pages
 * work without any script.
 */
export const floor = { chrome: '108', firefox: '115', safari: '16.4', safari_ios: '16.4' } as const

/** The same for Vite (`build.target`), whose names are esbuild's. */
export const buildTarget = Object.entries(floor).map(
  ([browser, version]) => (browser === 'safari_ios' ? 'ios' : browser) + version,
)

/**
 * The phone's scripts are read by phones of 2020 (Chrome 80, Safari 13.4). One that cannot be read is as if
 * it were missing, and then the form is good for only as long as its receipt.
 */
export const phoneTarget = 'es2020'

/** How people know them. */
export const floorNames = {
  ko: `Chrome·Edge ${floor.chrome}, Safari ${floor.safari}, Firefox ${floor.firefox}`,
  en: `Chrome or Edge ${floor.chrome}, Safari ${floor.safari}, Firefox ${floor.firefox}`,
}
