import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cpuTimeMs } from '../testing/cpu-time.ts'
import { isGuessable, isMadeOf } from './password-strength.ts'

describe('a password', () => {
  it('that is common, a row of keys, a sequence, a repetition or a date is guessable', () => {
    const common =
      `football1 aaaaaaaa metallica spiderman mustang1 liverpool1 charlie1 chelsea1 michael1 jordan23 corvette
      mercedes victoria cocacola startrek snowboard godzilla scorpion blink182 nirvana1 pa55word zaq1zaq1 1qazxsw2
      poiuytrewq lkjhgfds 1234abcd abcabcabc tea1tea1 19851985 23041992 hunterhunter P@ssw0rd! monkey2024 sunshine7
      contraseña Bienvenido teamomucho realmadrid drowssap ＰＡＳＳＷＯＲＤ１`.split(/\s+/)
    const accepted = common.filter(password => !isGuessable(password, []))
    assert.deepEqual(accepted, [])
  })

  it('of unrelated words, in any script, or of random characters is not', () => {
    const good = [
      'tea at the harbour',
      'a quiet harbour',
      'correct horse battery',
      'k3v9x2qa',
      '港の静かな朝のお茶',
    ]
    const refused = good.filter(password =>
      isGuessable(password, ['susan', 'susan@example.com', 'Microblog']),
    )
    assert.deepEqual(refused, [])
  })

  it('is judged quickly, however it is made', () => {
    isGuessable('warm up', [])
    const start = cpuTimeMs()
    for (const unit of ['p@$$w0rd!', '4@8({[<369|!1', '2025-12-11 ', '1q'])
      isGuessable(unit.repeat(100).slice(0, 200), ['susan'])
    assert.ok(cpuTimeMs() - start < 1_000)
  })

  const own = ['susan_g', 'Susan Green', 'sue.green@harbour-mail.example']
  const names =
    'susan_g SusanGreen1985 green.susan! 1985nasus sue.green@harbour-mail.example SUE.GREEN77 harbour-mail susansusan neerg_nasuS'
  for (const password of names.split(' '))
    it(`is refused as the person’s own names: ${password}`, () => assert.ok(isMadeOf(password, own)))

  for (const password of ['susan likes tea', 'greenhouse in may', '19850412', 'a lamp by the window'])
    it(`may mention them, or have nothing of them: ${password}`, () => assert.ok(!isMadeOf(password, own)))

  it('of digits is not taken for a name of digits', () => {
    assert.ok(!isMadeOf('4815162342', ['1', '7@example.com']))
    assert.ok(isMadeOf('48151623', ['48151623']))
  })
})
