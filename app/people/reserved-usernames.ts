import { foldName } from '../text/normalize.ts'

/** Names that would pass for the site itself, for an office of it, or for a part of an address. */
const reserved = new Set(
  `about abuse account accounts admin administrator admins all anonymous api app apps assets auth billing blog bot
   contact copyright data dev everyone everybody explore false faq feed feeds file ftp help helpdesk here home host
   hostmaster http https info javascript legal localhost login logout mail mailto me media messages microblog mod
   moderation moderator moderators mods news no_reply nobody none noreply notifications null official operator owner
   password payments postmaster posts press privacy public robots root rss search security service settings sftp
   sign_in sign_out sign_up signin signout signup smtp ssh ssl staff static status superuser support sysadmin system
   tags team terms true trust undefined user username users verified verify webmaster websocket ws wss www you`.split(
    /\s+/,
  ),
)

/** Whether a username cannot be chosen. Accounts that have it keep it. */
export function isReservedUsername(username: string): boolean {
  return reserved.has(foldName(username))
}
