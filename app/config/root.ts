import path from 'node:path'

/** The folder that holds package.json: relative database paths start here, wherever the command was typed. */
export const root = path.resolve(import.meta.dirname, '../..')
