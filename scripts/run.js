// Runs what stands in commands.js under a name: `npm start` is `node scripts/run.js start`. Without an
// import statement or a word that is younger than Node 10, so that any Node can say that it is too old.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`QRGate needs Node 20.19 or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
} else {
  import('./commands.js')
    .then(({ run }) => run(process.argv[2], process.argv.slice(3)))
    .then(
      code => {
        process.exitCode = code
      },
      error => {
        console.error(error)
        process.exitCode = 1
      },
    )
}
