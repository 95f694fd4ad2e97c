/**
 * Words that end a noun phrase of a claim, and nouns that need no introduction. Lists of ours, made while reading claims
 * of many fields; what is on none of them counts as a noun.
 */
import { singular } from './words.ts';

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}

export const DETERMINERS = words(`
  a an the said this that these those each every any some no its their his her our your such one two three four five six
  seven eight nine ten another both either neither all several many multiple plural various`);

/** Prepositions, conjunctions, pronouns, auxiliaries and what else never belongs to a noun phrase. */
const FUNCTION = words(`
  of in on at to from by with within without between among through throughout into onto upon over under above below
  beneath behind before after during until till since against along around about across toward towards via per as than
  like unlike near off out up down for while when where wherein whereby whereas wherefrom whereupon if unless because
  although though and or but nor so that which who whom whose what how it they them he she we you there thereof therein
  thereon thereto therefrom therewith thereby therebetween thereafter therethrough hereof wherethrough is are was were be
  been being am has have had having do does did can could may might must shall should will would not only also further
  furthermore moreover then thus hence therefore else other than respectively together apart away back forth once
  according characterised characterized comprising comprises comprise comprised consisting consists consist including
  includes include containing contains contain based depending responsive relative due owing prior subsequent
  more most less least very too same equal greater larger smaller higher lower-than smaller-than upstream downstream
  using whether whatever whichever wherever itself themselves ie eg i.e e.g etc simultaneously instead example preferably
  respect regard inclusive exclusive beside besides amongst amid atop underneath versus despite alongside within save far even whilst`);

/** Adjectives that may follow their noun: with nothing of the phrase after them they end it. */
const AFTER_NOUN = words(`
  adjacent opposite perpendicular parallel orthogonal transverse coaxial concentric integral movable moveable rotatable
  pivotable slidable slideable displaceable removable capable suitable operable operative remote proximate close equal
  equivalent identical similar different independent dependent available present absent free open closed full empty
  compatible effective sufficient necessary possible common specific external internal exterior inner outer lateral flush
  representative indicative proportional complementary symmetrical normal soluble insoluble stable rich active new
  higher lower larger smaller longer shorter greater thicker thinner wider narrower heavier lighter faster slower
  inside outside beneath downstream upstream`);

/** Verbs of claims; their forms end a phrase. */
const VERBS = `
  abut accept accommodate achieve acquire activate actuate adapt add adhere adjust administer affect aggregate align allocate
  allow analyse analyze anneal apply arrange assemble assign associate attach authenticate avoid bake become begin belong
  bond broadcast bring calculate calibrate capture carry cause centrifuge choose circulate classify clean close coat collect
  combine communicate compare compensate compress compute concentrate conduct configure connect constitute convert convey
  cool correspond couple create cross-link cure decode decompose decrease deem define deform deliver depend deposit derive
  detect determine develop dimension direct disengage dispense display dispose dissolve distribute divide drain draw dry
  eject electroplate eliminate embed emit employ enable enclose encode encompass encrypt engage ensure enter establish etch
  evaluate evaporate exceed exchange excite execute exert exhibit exit expand expose express extend extract extrude face
  facilitate fall fasten feed ferment fill filter fix flow fold follow force generate give grip grow guide hinge hold
  identify illuminate immerse impart implement impregnate improve incline incorporate increase incubate indicate
  inhibit initiate inject insert inspect install instruct integrate interact interconnect interpose introduce irradiate join
  keep knead label laminate lead leave lie limit locate lubricate maintain make manufacture match melt merge mill
  minimise minimize mix modify modulate monitor mount move neutralise neutralize notify obtain occur offset operate orient
  originate oscillate output overlap oxidise oxidize perform permit pivot place plate polymerise polymerize position pour
  precede predict prepare press prevent process produce project protect protrude provide pull pump purify push raise react
  reach read receive recognise recognize record recover rectify recycle reduce reflect reflux regulate relate release rely
  remain remove render repeat replace represent request require respond rest restrict result retain retrieve return reverse
  roast roll rotate run sample satisfy scan secure select send sense separate serve set share sinter slide slope smooth
  solidify sort spray spread stack start sterilise sterilize stir stop store stretch subject submerge supply support surround
  suspend swivel taper tend terminate threaded tilt transfer transform transmit transport travel traverse treat trigger turn
  undergo update upload drive contact load measure cover heat control vent test link form change charge open seal
  signal switch access cycle discharge focus name shape steam detach tighten loosen lock unlock press compress clamp
  bear bend carry oppose face adjoin span bridge define confront comprise sit hang grasp pick drop spin steer tilt
  heat-treat differ stand show sink consist arrive vanish appear occur crush fail flow blink glow stick undergo update upload use utilise utilize validate vary ventilate verify vibrate wash wind withdraw wrap write yield`;

/** Past forms that no rule gives. */
const PAST = words(`
  made held driven drawn cut set put built sent bent wound cast fed kept led left lost met shown given taken chosen known
  worn spun woven bound sunk sealed sewn begun broken frozen written risen hung read found brought thought caught ground
  fallen grown lain lying overlapping`);

const BARE_PAST = words('output input cut set put read cast fed offset split spread');

/** Verbs that are as often nouns: in that form they end a phrase only before a determiner. */
const ALSO_NOUNS = words(`
  coat cross cure display drain draw exit face fall feed fill filter fix flow fold force grip guide hinge hold increase
  decrease label laminate lead limit match mill mix mount move offset output overlap pivot place plate position press process
  produce project pull pump push range reach record release request rest result return roll run sample scan seal set share
  slide slope sort spray spread stack start stop store subject supply support taper transfer transport travel trigger turn
  update use wash wind wrap yield exchange transform return contact extract input access signal switch control drive bond
  close clean cool dry open secure separate smooth process sense interface melt read steam heat load cover measure exhaust
  vent connect strip test link ring shape sink name form change channel charge cycle discharge focus`);

/** -ing words that are nouns. */
const ING_NOUNS = words(`
  bearing bushing casing ceiling coating coupling covering cladding fitting housing lining mounting opening packing padding
  piping plating ring sling spring string tubing winding wing wiring seating king thing evening morning building engineering
  processing drawing lettering reading setting grating earring sealing thickening flooring railing decking
  backing mooring shoring stuffing dressing offspring sibling fastening marking sampling`);

/** -ly words that are no adverbs. */
const LY_NOUNS = words(`
  assembly subassembly supply family anomaly fly ply reply belly jelly poly monopoly butterfly early daily weekly only`);

function formsOf(verb: string): string[] {
  const e = verb.endsWith('e');
  const y = /[^aeiou]y$/.test(verb);
  const base = e ? verb.slice(0, -1) : verb;
  const doubled = /[^aeiou][aeiou][bdgmnprt]$/.test(verb)
    ? [`${verb}${verb.at(-1)}ed`, `${verb}${verb.at(-1)}ing`]
    : [];
  const third = y ? `${verb.slice(0, -1)}ies` : /(?:s|x|ch|sh|z|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
  const past = y ? `${verb.slice(0, -1)}ied` : `${base}ed`;
  return [verb, third, past, `${base}ing`, ...doubled];
}

const VERB_FORMS = new Set([...words(VERBS)].flatMap(formsOf));

export function isDeterminer(lower: string): boolean {
  return DETERMINERS.has(lower);
}

export function isFunction(lower: string): boolean {
  return FUNCTION.has(lower) || DETERMINERS.has(lower);
}

function isAdverb(lower: string): boolean {
  return lower.endsWith('ly') && !LY_NOUNS.has(lower);
}

function isParticiple(lower: string): boolean {
  return PAST.has(lower) || (lower.length > 4 && lower.endsWith('ed') && !lower.endsWith('eed'));
}

function isIngVerb(lower: string): boolean {
  return lower.length > 5 && lower.endsWith('ing') && !ING_NOUNS.has(lower);
}

/** Whether a word looks like a verb or an adverb where nothing else is known of it. */
export function isVerbLike(lower: string): boolean {
  return (
    VERB_FORMS.has(lower) ||
    isAdverb(lower) ||
    isParticiple(lower) ||
    isIngVerb(lower) ||
    AFTER_NOUN.has(lower)
  );
}

/**
 * Whether a word, not the first of its phrase, ends it.
 * @param next the word after it, in lower case; empty before a mark or the end
 */
export function endsPhrase(lower: string, next: string): boolean {
  if (isFunction(lower)) return true;
  if (isAdverb(lower)) return true;
  const is_last = next === '' || isFunction(next);
  if (/(?:able|ible)$/.test(lower) && is_last) return true;
  // What was output, cut or read by something.
  if (BARE_PAST.has(lower) && /^(?:from|by|to|via|through|at|into)$/.test(next)) return true;
  // No noun in the plural stands before a determiner.
  if (/[^sui]s$/.test(lower) && isDeterminer(next)) return true;
  if (ING_NOUNS.has(lower)) return isDeterminer(next) || next === 'at';
  // `the setting of the switch`.
  if (isIngVerb(lower) && next === 'of') return false;
  if (AFTER_NOUN.has(lower) || isParticiple(lower) || isIngVerb(lower)) return is_last;
  if (!VERB_FORMS.has(lower)) return false;
  return ALSO_NOUNS.has(singular(lower)) ? isDeterminer(next) : true;
}

/** Says nothing of the thing: left out of a phrase. */
export const FILLERS = words(`
  respective corresponding same other aforementioned aforesaid said entire whole remaining latter former following
  mentioned above-mentioned abovementioned above-described present given individual single particular resulting resultant
  thus so obtained thus-obtained so-obtained recited claimed total overall complete actual relevant associated
  desired different various certain further additional next previous preceding last`);

/** Between `the` and its noun. */
export const QUANTIFIERS = words(`
  at least one or more two three four five six seven eight nine ten plurality pair set number group multiplicity majority
  series multiple several each both all of array`);

/** Tell apart things of one name, so that each needs an introduction of its own. */
export const DISTINGUISHING = words(`
  first second third fourth fifth sixth seventh eighth ninth tenth upper lower left right inner outer front rear primary
  secondary tertiary proximal distal upstream downstream male female hot cold positive negative internal external input output
  inlet outlet top bottom`);

/** Whoever names a thing names these of it: `the length of the housing`. */
const INHERENT = words(`
  length width height depth thickness diameter radius size shape volume area mass weight density temperature pressure
  velocity speed frequency phase amplitude angle distance position location orientation direction center centre middle
  midpoint axis end side surface top bottom edge interior exterior inside outside periphery circumference perimeter corner
  tip underside backside rear front back half rest remainder amount number quantity level value rate ratio proportion percentage
  concentration content fraction degree range extent sum product difference average mean maximum minimum total majority
  beginning start completion onset course duration time period moment instant presence absence form basis aid help means
  use purpose case event manner way order group step steps kind type state condition color colour operation movement motion
  rotation flow path plane line point region vicinity influence action effect result sake name identity strength hardness
  resistance power energy intensity magnitude sign cross-section section contour outline profile capacity viscosity
  permeability purity yield age content existence fact need risk probability likelihood expense cost basis context scope
  art like majority plurality interval gap space origin tail head root opposite application removal addition formation
  production manufacture preparation treatment prevention delivery detection determination measurement sequence
  relationship relation deviation proximity comparison overlap impact conclusion cooperation percent row column`);

/** What a thing is one of: `of the IgG1 isotype`. */
const KINDS = words(
  'type kind class category isotype genus species family order grade series form variety standard',
);

/** There is one of each for everybody. */
const UNIQUE = words(`
  ground earth atmosphere environment surroundings horizontal vertical internet sun invention contrary like art world
  following outside inside user operator person public sea sky air gravity weather step act event improvement presence
  absence purpose`);

export function isInherent(head: string): boolean {
  return INHERENT.has(head);
}

export function isKind(head: string): boolean {
  return KINDS.has(head);
}

export function isUnique(head: string): boolean {
  return UNIQUE.has(head);
}
