import { Type } from 'typebox'
import { languages } from '../locales/translate.ts'
import { ofWrittenFields, writtenFields } from '../people/profile-fields.ts'
import { isBlank, normalizeText } from '../text/normalize.ts'

export const ProfileForm = Type.Object(
  ofWrittenFields(({ length: [, maxLength], input }) =>
    Type.String({ default: '', maxLength, errorKey: input.tooLong }),
  ),
)
export type ProfileForm = Type.Static<typeof ProfileForm>

const text = Type.Optional(Type.String())

/** The same with the choices about pictures, whose files are `request.uploads`. */
export const ProfilePageForm = Type.Object({
  ...ProfileForm.properties,
  avatarCrop: text,
  bannerCrop: text,
  removeAvatar: text,
  removeBanner: text,
})
export type ProfilePageForm = Type.Static<typeof ProfilePageForm>

/** The profile values to store for the submitted fields. */
export function profileOf(sent: Partial<ProfileForm>, username: string): Partial<ProfileForm> {
  const texts = writtenFields.flatMap(({ name }) => {
    const text = sent[name]
    return text === undefined ? [] : [[name, isBlank(text) ? '' : normalizeText(text)]]
  })
  const profile: Partial<ProfileForm> = Object.fromEntries(texts)
  const { displayName } = profile
  if (displayName === undefined) return profile
  // An empty or invisible display name becomes the username.
  return { ...profile, displayName: displayName === '' ? username : displayName.replaceAll(/\s+/g, ' ') }
}

const next = Type.Optional(Type.String())

export const LanguageForm = Type.Object({ language: Type.Enum(languages.map(({ code }) => code)), next })
export type LanguageForm = Type.Static<typeof LanguageForm>

/** Empty: the browser's. */
export const TimeZoneForm = Type.Object({ timeZone: Type.String(), next })
export type TimeZoneForm = Type.Static<typeof TimeZoneForm>

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export function isTheme(value: unknown): value is Theme {
  return themes.some(theme => theme === value)
}

export const ThemeForm = Type.Object({ theme: Type.Enum([...themes]), next })
export type ThemeForm = Type.Static<typeof ThemeForm>
