import { type Engine, engineOf, environment } from '../config.ts'

/** A fact of the process: the tables are built for one engine when they are imported. */
export const engine: Engine = engineOf(environment.DATABASE_URL)
