/** Private messages between some of the people, oldest first. */
export type PrivateMessage = [minutesAgo: number, from: string, to: string, body: string]

export const privateMessages: PrivateMessage[] = [
  [
    2885,
    'john',
    'susan',
    'Found your green umbrella on the Petrel. It survived the crossing better than I did.',
  ],
  [2871, 'susan', 'john', 'You are a treasure! Leave it at the desk and I’ll trade you the tide tables.'],
  [2866, 'john', 'susan', 'Deal. Do you still have the ones from 1974? They were right more often.'],
  [1502, 'susan', 'john', 'Under the counter. Officially they do not exist.'],
  [1330, 'david', 'susan', 'The leeks are in. May I put a box of them by the returns?'],
  [1324, 'susan', 'david', 'Only if one of them is mine 🥬'],
  [410, 'mary', 'susan', 'I kept a loaf for you. It is behind Doris.'],
  [26, 'john', 'susan', 'She hums again, listen: third engine, no rattle at all.'],
  [24, 'john', 'susan', 'Tea on board at five? Two sugars, I’ll bring the umbrella.'],
]
