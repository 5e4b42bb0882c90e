import type { Language } from '../locales/translate.ts'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** A number of bytes as people read it: 2,412,000 as "2.4 MB". */
export function formatBytes(bytes: number, language: Language): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log10(bytes) / 3)), units.length - 1)
  const options = { style: 'unit', unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, { ...options, unit: units[power] }).format(bytes / 1000 ** power)
}
