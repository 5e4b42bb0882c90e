// biome-ignore-all format: one post is one line, so that a thread reads like a conversation.
import type { Thread } from './thread.ts'

/** The last hours, in minutes before now: at whatever time of day it is, so nobody here says good morning. */
export const today: readonly Thread[] = [
  { minutesAgo: 560, posts: [
    ['wren', 'Eleven brent geese over the bar, first of the year, talking the whole way like a bus on a school trip. #birds'],
    ['ravi12', '@wren Accurate. Did anyone get off at the wrong stop?'],
    ['wren', '@ravi12 One. It had to be fetched. #birds'],
    ['edith', '@wren First geese! In the book they come, on average, two days later than this. #rainfall #birds'],
  ] },
  { minutesAgo: 470, posts: [
    ['joaquim', 'Robalo, dourada e uma bota do tamanho 43. Se alguém perdeu a bota esquerda, está no cais.', 'pt'],
    ['orla', '@joaquim I might know the right one. Gull Steps, number four, on a windowsill, with a geranium in it.'],
    ['joaquim', '@orla Então juntamos o par. Levo um gerânio. 🌺', 'pt'],
  ] },
  { minutesAgo: 400, posts: [
    ['lucia', 'Pregunta de hoy en clase: “¿La lluvia sabe dónde cae?” Llevo horas pensándolo.', 'es'],
    ['layla', '@lucia تعرفُ، لكنها لا تقول. #شعر', 'ar'],
    ['noor', '@lucia She says: “It knows, but it isn’t telling.”'],
    ['edith', '@lucia After forty years with it, my dear, I am inclined to agree with Layla.'],
  ] },
  { minutesAgo: 335, posts: [
    ['david', 'Seed swap at the allotment hut this weekend. Label your envelopes: last year’s “probably kale” was a foxglove. #allotment'],
    ['bartholomew', '@david I shall bring the seeds of the marrow. There are three hundred and eight. Form an orderly line. #allotment'],
    ['yuto', '@bartholomew I want one marrow seed please! Is it OK on small balcony?'],
    ['bartholomew', '@yuto Dear boy. It will need the whole balcony, and in time the balcony below.'],
    ['abuela_carmen', '@david Llevo semillas de pimiento de mi madre. Noventa años viajando de bolsillo en bolsillo. #jardín', 'es'],
  ] },
  { minutesAgo: 270, posts: [
    ['sana', 'Rematch with @bram is set. I have studied forty fortress positions and slept like a normal person, roughly. #chess'],
    ['bram', '@sana And I have studied you. #chess'],
    ['haruko', '丸いテーブル、予約済みです。ケーキは何がいいですか？♟️🍰', 'ja'],
    ['sana', '@haruko Cheesecake, please. Win or lose. (Win.)'],
  ] },
  { minutesAgo: 215, posts: [
    ['imogen', 'Tuned the school piano. Found inside: a pencil, two marbles, and a love letter from 1958. Does anyone know a “Teddy”?'],
    ['edith', '@imogen Oh my. I know a Teddy. He is my brother. He is eighty-three. Does it have a name at the end?'],
    ['imogen', '@edith It is signed “V., third row, by the window”.'],
    ['edith', '@imogen That is Violet. She runs the wool shop. I am putting on my coat.'],
    ['gwen', '@edith Nobody in this town is going to get anything done until you come back. 💌'],
  ] },
  { minutesAgo: 160, posts: [
    ['tomasz', 'The tide clock on the harbour site is right again. It was one hour ahead and nobody said so, out of kindness. Next time, say!'],
    ['matthias_uhr', '@tomasz Eine Stunde! Ich habe geschwiegen, aber ich habe gelitten.', 'de'],
    ['callum_f', '@tomasz We thought the sea was late.'],
  ] },
  { minutesAgo: 118, posts: [
    ['halim', 'Hello! Just moved into the flat over the wool shop. Everything is in boxes and the view is ridiculous. Where do I buy spoons?'],
    ['susan', '@halim Welcome! The library lends cake tins, drills, a telescope and, as of this minute, spoons.'],
    ['mei', '@halim Not a spoon, but there is a mug with your name on it in my window. It leans a bit. Welcome!'],
    ['halim', '@susan @mei I came here not knowing anybody. I have been online for nine minutes.'],
    ['abuela_carmen', '@halim La puerta azul, junto a la tienda de barcos. Hay sopa y hay cucharas.', 'es'],
  ] },
  { minutesAgo: 84, posts: [
    ['edith', 'Report: Teddy read it twice. Then he asked if the wool shop was still open. It was. They are having tea. 💌'],
    ['imogen', '@edith Sixty-odd years in a piano. I’m going to check every piano in this town.'],
    ['amara', '@edith I’m reading this out to the whole corridor. There is not one dry eye, and we are professionals.'],
    ['nuria', '@edith Ay, Edith. Qué bonito. Que alguien les lleve tarta.', 'es'],
    ['mary', '@nuria Already at the door with one.'],
  ] },
  { minutesAgo: 47, posts: [
    ['odile', 'Répétition de la chorale dans la salle de lecture. On cherche encore deux ténors et une personne qui sait compter.', 'fr'],
    ['priya', '@odile I can count! I can’t sing, but I can count. #música'],
    ['odile', '@priya You are hired. You stand next to the tuba.'],
  ] },
  { minutesAgo: 31, posts: [
    ['jule', 'Letzter Honig des Jahres: 41 Gläser. Eins geht an die Fähre, eins an den Kater, der Rest ist zu haben. 🍯', 'de'],
    ['john', '@jule On behalf of the Petrel, thank you. It will not survive the crossing.'],
  ] },
  { minutesAgo: 17, posts: [
    ['hugo', 'New sail on the table: sixty square metres, white as a page. I almost don’t want to cut it.'],
    ['noor', '@hugo Every translator knows that feeling. Start in the middle.'],
  ] },
  { minutesAgo: 9, posts: [
    ['wilf', 'there is a seal on the slipway and it looks comfortable'],
    ['wren', '@wilf Roman nose? Don’t move. I’m getting my bag. #birds (honorary)'],
  ] },
  { minutesAgo: 4, posts: [
    ['callum_f', 'Petrel is on time, sea like a plate, John is on his second tea. All is well. #ferry'],
  ] },
  { minutesAgo: 1, posts: [
    ['susan', 'The kettle is on in the library, the roof is tight and the wall of poems has room for one more. Come in. #libraryroof'],
  ] },
]
