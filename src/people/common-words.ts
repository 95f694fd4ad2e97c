/** What passwords are so often made of that it is guessed first; in small letters, and kept short on purpose. */
export const COMMON_WORDS: readonly string[] = `
password passwort passw0rd p@ssword p@ssw0rd passcode passphrase secret geheim letmein welcome willkommen login logon
admin administrator root user username guest test testing demo default changeme change temp temporary initial
qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm yxcvbnm qwerty qwertz azerty qazwsx asdfgh asdf zxcvbn yxcvbn 1q2w3e 1qaz2wsx q1w2e3 iloveyou love lovely princess prince
monkey dragon football baseball basketball soccer hockey superman batman spiderman starwars pokemon naruto
master shadow sunshine michael jordan jessica charlie daniel thomas andrew robert matthew joshua ashley
hello hallo flower angel summer sommer winter spring autumn monday friday january december computer internet
samsung google apple microsoft windows freedom whatever trustno killer hunter ranger buster cookie cheese
ginger pepper banana chocolate mustang ferrari porsche mercedes liverpool arsenal chelsea barcelona
bank patent pledge pledgewatch loan credit company enterprise business office work firm
woaini wodemima mima zhongguo china beijing shanghai
`
  .trim()
  .split(/\s+/);
