import { Type } from 'typebox'
import { languages } from '../locales/translate.ts'
import { isBlank } from '../text/sanitize.ts'

export const ProfileForm = Type.Object({
  displayName: Type.String({ default: '', maxLength: 64, errorKey: 'accounts.display_name_too_long' }),
  about: Type.String({ default: '', maxLength: 140, errorKey: 'accounts.about_too_long' }),
})
export type ProfileForm = Type.Static<typeof ProfileForm>

/** What is kept of the fields that were sent. */
export function profileOf(
  { displayName, about }: Partial<ProfileForm>,
  username: string,
): Partial<ProfileForm> {
  return {
    ...(displayName !== undefined && { displayName: shownName(displayName, username) }),
    ...(about !== undefined && { about: about.trim() }),
  }
}

/** A display name left empty, or that only looks empty, becomes the username. */
function shownName(displayName: string, username: string): string {
  return isBlank(displayName) ? username : displayName.replaceAll(/\s+/g, ' ').trim()
}

const next = Type.Optional(Type.String())

export const LanguageForm = Type.Object({ language: Type.Enum(languages.map(({ code }) => code)), next })
export type LanguageForm = Type.Static<typeof LanguageForm>

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export function isTheme(value: unknown): value is Theme {
  return themes.some(theme => theme === value)
}

export const ThemeForm = Type.Object({ theme: Type.Enum([...themes]), next })
export type ThemeForm = Type.Static<typeof ThemeForm>
