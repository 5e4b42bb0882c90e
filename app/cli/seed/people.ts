/** A member of the demonstration community. A `newcomer` joined a few hours before their first post. */
export type Person = {
  username: string
  displayName: string
  about: string
  language: string | null
  newcomer?: true
}

/** The people of Pellhaven. The first four are the people of the tests, always in this order. */
export const people = [
  {
    username: 'susan',
    displayName: 'Susan Whitlock',
    about: 'Librarian on Quay Street. Keeper of the lost-umbrella shelf. Ask me for a book about anything.',
    language: 'en',
  },
  {
    username: 'john',
    displayName: 'John Adair',
    about: 'Ferry mechanic. If the Petrel is humming, I am too. Tea, two sugars.',
    language: 'en',
  },
  {
    username: 'david',
    displayName: 'David Okafor',
    about: 'Allotment 9. Leeks, beans, patience. Surplus is on the wall, take what you need.',
    language: 'en',
  },
  {
    username: 'mary',
    displayName: 'Mary Lindqvist',
    about:
      'Baker. Up at three, asleep by eight. My sourdough starter is called Doris and she is older than you think.',
    language: 'en',
  },
  {
    username: 'edith',
    displayName: 'Edith Penhallow',
    about:
      'Eighty-one. Read the harbour rain gauge at nine every morning for forty years, and still look at it.',
    language: 'en',
  },
  {
    username: 'tomasz',
    displayName: 'Tomasz Zielak',
    about:
      'Looks after computers for the council and the school. Prefers paper maps. Backups tested on Fridays.',
    language: 'en',
  },
  {
    username: 'amara',
    displayName: 'Amara Nwosu',
    about: 'Night nurse. My morning is your evening. Collecting sunrises from the car park on Hill Road.',
    language: 'en',
  },
  {
    username: 'wren',
    displayName: 'Wren Castellan',
    about: 'Birds, mostly from the north pier. Will whisper if you come along. Spare binoculars in the bag.',
    language: 'en',
  },
  {
    username: 'haruko',
    displayName: '春子 ☕ 喫茶ともしび',
    about: '港の坂の途中で小さな喫茶店をしています。雨の日はチーズケーキ。A small café halfway up the hill.',
    language: 'ja',
  },
  {
    username: 'layla',
    displayName: 'ليلى حداد',
    about: 'أكتب الشعر قرب البحر. القهوة أولاً، ثم القصيدة. Poems, in Arabic, by the sea.',
    language: 'ar',
  },
  {
    username: 'lucia',
    displayName: 'Lucía Ferrer',
    about: 'Maestra de primaria. Mi clase tiene un huerto, un pluviómetro y muchas preguntas.',
    language: 'es',
  },
  {
    username: 'paco',
    displayName: 'Paco Ríos',
    about: 'Remiendo redes y cuento historias. La mitad son verdad; la otra mitad son mejores.',
    language: 'es',
  },
  {
    username: 'nuria',
    displayName: 'Nuria Salgado',
    about: 'Veterinaria. Gatos, perros, gaviotas enfadadas y una tortuga llamada Presidenta. ES / EN.',
    language: 'es',
  },
  {
    username: 'abuela_carmen',
    displayName: 'Carmen, la abuela de todos',
    about: 'Setenta y nueve años, seis nietos y una receta para cada cosa. Escribo despacio pero escribo.',
    language: 'es',
  },
  {
    username: 'matthias_uhr',
    displayName: 'Matthias Kröger',
    about:
      'Uhrmacher. Ich kümmere mich um die Turmuhr und um alles, was tickt. Geht sie vor, sagt es mir nicht.',
    language: 'de',
  },
  {
    username: 'jule',
    displayName: 'Jule Petersen',
    about: 'Bienen und ein Gästezimmer drüben auf der Insel. I live on the Skerry, forty minutes by ferry.',
    language: 'de',
  },
  {
    username: 'joaquim',
    displayName: 'Joaquim Peixoto',
    about: 'Pescador. Barco Boa Esperança, azul e branco. O mar ensina, eu vou aprendendo.',
    language: 'pt',
  },
  {
    username: 'odile',
    displayName: 'Odile Marchetti',
    about: 'Je nage dans la mer toute l’année et je chante dans la chorale. Dans cet ordre.',
    language: 'fr',
  },
  {
    username: 'hugo',
    displayName: 'Hugo Delmas',
    about: 'Voilier : je couds des voiles, des bâches, parfois un bouton. Sailmaker on the slipway.',
    language: 'fr',
  },
  {
    username: 'imogen',
    displayName: 'Imogen & Bosun 🐈',
    about: 'Piano tuner. Lives above the chandlery with one grey cat, who has one white sock and no manners.',
    language: 'en',
  },
  {
    username: 'orla',
    displayName: 'Orla Breen',
    about: 'Postwoman, eleven miles a day. I know every dog by name and most of the cats by reputation.',
    language: 'en',
  },
  {
    username: 'kofi',
    displayName: 'Kofi Adjei-Brook',
    about: 'Carpenter and roofer. Measure twice, have a biscuit, measure again.',
    language: 'en',
  },
  {
    username: 'priya',
    displayName: 'Priya Raman',
    about: 'Pharmacist by day, telescope by night. Everyone may look. Bring a hat.',
    language: 'en',
  },
  {
    username: 'bram',
    displayName: 'Bram van Duin',
    about: 'Opened and closed the swing bridge for thirty years. Chess at the café, all strengths welcome.',
    language: 'en',
  },
  {
    username: 'sana',
    displayName: 'Sana Qureshi',
    about: 'Sixteen. Chess, physics, crisps. I will offer you a draw and I will not mean it.',
    language: 'en',
  },
  {
    username: 'callum_f',
    displayName: 'Callum Frayne',
    about: 'Deckhand on the Petrel. Ropes, gangway, timetable questions (please be gentle).',
    language: 'en',
  },
  {
    username: 'ravi12',
    displayName: 'Ravi on the Number 12',
    about: 'Bus driver. I do wait for the ferry. I do not wait for “one more photo”.',
    language: 'en',
  },
  {
    username: 'gwen',
    displayName: 'Gwen Tallis',
    about: 'Harbour Radio, the breakfast hour. Lost gloves, found gloves, shipping forecast, one song.',
    language: 'en',
  },
  {
    username: 'niamh',
    displayName: 'Niamh Corrigan',
    about: 'Fiddle at the Anchor when the tide is out. Lessons for anyone over five or under ninety-five.',
    language: 'en',
  },
  {
    username: 'mei',
    displayName: 'Mei Lowell',
    about: 'Potter. Mugs with opinions. The kiln is hot when there is a lamp in the window.',
    language: 'en',
  },
  {
    username: 'noor',
    displayName: 'Noor Al-Sayegh',
    about: 'Translator, Arabic and English. Between two words there is usually a third one.',
    language: 'ar',
  },
  {
    username: 'bartholomew',
    displayName: 'Bartholomew Finch-Abernathy of the Upper Allotments, Plot No. 17',
    about: 'Marrows. Correspondence regarding marrows. Occasional dahlias.',
    language: 'en',
  },
  { username: 'wilf', displayName: 'wilf', about: '', language: null },
  {
    username: 'yuto',
    displayName: '佐々木ゆうと',
    about: '留学生です。自転車で海沿いを走っています。英語は練習中！',
    language: 'ja',
    newcomer: true,
  },
  {
    username: 'greta',
    displayName: 'Greta Solheim',
    about: 'Mostly here to read. You all write so well, carry on.',
    language: null,
  },
  {
    username: 'halim',
    displayName: 'Halim',
    about: 'Just moved in, still looking for the box with the spoons.',
    language: 'en',
    newcomer: true,
  },
] as const satisfies readonly Person[]

export type Username = (typeof people)[number]['username']
