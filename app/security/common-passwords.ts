/** The most common passwords of eight characters or more, in lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 12345678910 0123456789 0987654321 9876543210 87654321 987654321 11111111 00000000
   22222222 55555555 66666666 77777777 88888888 99999999 12341234 11223344 1122334455 12121212 123123123 123321123
   147258369 159357456 789456123 password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword
   passwort mypassword contraseña contrasena qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 1q2w3e4r 1q2w3e4r5t
   1qaz2wsx zaq12wsx qazwsxedc q1w2e3r4 asdfghjk asdfghjkl asdfasdf zxcvbnm1 zxcvbnm123 abcd1234 abcdefgh abc12345
   abc123456 a1b2c3d4 aa123456 a1234567 a12345678 1234qwer qwer1234 iloveyou iloveyou1 tequiero teamomucho sunshine
   princess princesa football futbol123 baseball basketball superman batman123 starwars pokemon1 dragon123 monkey123
   letmein1 letmein123 welcome1 welcome123 bienvenido trustno1 whatever computer internet samsung1 jennifer michelle
   jonathan liverpool barcelona realmadrid chocolate butterfly mariposa estrella administrator admin123 admin1234
   changeme changeme123 secret123 default1 testtest test1234 asdf1234 microblog`.split(/\s+/),
)
