/** The table of URLs in app/README.md: `npm run routes` writes it, and a test compares it with the application. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { buildApp } from '../app.ts'
import { readConfig, root } from '../config.ts'
import { migratedDatabase } from './database.ts'

type Route = { file: string; method: string; url: string; isPublic: boolean }

const document = path.join(root, 'app/README.md')
const placeOfTable = /(?<=<!-- routes -->\n\n)[^]*?(?=\n\n<!-- \/routes -->)/

/** The table as it is in the document. */
export function writtenRoutesTable(): string {
  return placeOfTable.exec(readFileSync(document, 'utf8'))?.[0] ?? ''
}

/** The table as the application says: a row a file, with what visitors may ask for apart from the rest. */
export async function routesTable(): Promise<string> {
  const routes = await registeredRoutes()
  const cell = (some: Route[]) => some.map(({ method, url }) => `\`${method} ${url}\``).join(', ')
  const rows = [...new Set(routes.map(({ file }) => file))].toSorted().map(file => {
    const ofFile = routes.filter(route => route.file === file)
    return `| ${file} | ${cell(ofFile.filter(route => route.isPublic))} | ${cell(ofFile.filter(route => !route.isPublic))} |`
  })
  return ['| File | Everybody | Signed in, or with a token |', '| --- | --- | --- |', ...rows].join('\n')
}

async function registeredRoutes(): Promise<Route[]> {
  const database = await migratedDatabase()
  const routes: Route[] = []
  const app = await buildApp(readConfig({ DATABASE_URL: database.url }), {
    logger: false,
    worker: false,
    onRoute: ({ method, url, config }) => {
      // Fastify adds HEAD to each GET, the API a 405 for the other methods of its URLs; assets have a route a file.
      if (Array.isArray(method) || method === 'HEAD' || url.startsWith('/assets/')) return
      routes.push({ file: callingFile(), method, url, isPublic: config?.public ?? false })
    },
  })
  await app.ready()
  for (const route of routes) if (!route.url.startsWith('/api/')) route.isPublic = await isOpen(app, route)
  await app.close()
  await database.drop()
  return routes
}

/** The file that registers a route just now, from app/. */
function callingFile(): string {
  const files = [...String(new Error().stack).matchAll(/\/app\/([\w-]+\/[\w-]+\.ts):/g)].map(
    ([, file]) => file,
  )
  return String(files.find(file => !file?.startsWith('testing/')))
}

/** Whether a visitor is not asked to sign in. */
async function isOpen(app: Awaited<ReturnType<typeof buildApp>>, { method, url }: Route): Promise<boolean> {
  const { statusCode, headers } = await app.inject({
    method: method as 'GET',
    url: url.replaceAll(/:\w+/g, '1'),
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  return statusCode !== 401 && !String(headers.location).startsWith('/sign-in?')
}

if (process.argv[1] === import.meta.filename) {
  const table = await routesTable()
  writeFileSync(
    document,
    readFileSync(document, 'utf8').replace(placeOfTable, () => table),
  )
}
