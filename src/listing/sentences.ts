/** What is said of listings, deals, consents, ranges and wants: why a step is refused, and what would mend it. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  deal_unsigned: 'You have signed the agreement already; the other side has yet to.',
  deal_unwithdrawn: 'The listing was withdrawn by its seller; look for another with GET /v1/listings.',
  deal_unexpired: 'The listing has expired; its seller may list the patents anew.',
  deal_unsold:
    'The patents are sold or promised to one buyer in another deal; nothing more can be agreed over them.',
  deal_others: 'The offer that stands is your own: the other side accepts it, or makes a counter-offer.',
  deal_standing: 'The offer has expired; make a new one.',
  deal_acquainted:
    'The parties do not know each other yet: the buyer asks who is behind the listing’s pseudonym, the seller consents, and the buyer uses the consent (POST /v1/pseudonyms/:id/identity-requests).',
  deal_in_force: 'A patent of the listing is not in force any more.',
  deal_consented:
    'A patent is pledged, and its pledgee has not consented to this offer: the seller asks for it with the step ask_consent.',
  deal_pledged: 'No consent of a pledgee is missing.',
  deal_registered:
    'The register does not name the buyer for every patent since the acceptance; the deal waits for the office to record it.',
  deal_step_of_other: 'The step {do} is for the {by_side}, not the {side}.',
  deal_step_out_of_order: 'A deal that is {stage} takes no step {do}; that follows {from_stage}.',
  deal_own: 'The listing is your own: a buyer is another than the seller.',
  deal_open_already: 'You have an open deal over this listing already; go on with that.',
  deal_channel: 'The seller takes {channel}; choose one of these as channel.',
  deals_full: 'A buyer has at most {count} open deals; withdraw from one first.',
  deal_agreement_differs:
    'The field agreement_sha256 is not that of the agreement of this deal; read it with GET.',
  deal_other_offer: 'Another offer stands meanwhile; read the deal and accept that.',
  deal_filed_to_come: 'The field filed_on is still to come.',
  deal_sold: 'A patent of it is sold in another deal.',
  deal_consent_missing: 'The pledgee has not consented to this offer.',
  deal_over: 'The deal is {stage}: nothing more is said in it.',
  deal_messages_full: 'A deal has at most {count} messages.',
  offer_kind: 'The listing is for {deal_kind}; choose one of these as kind.',
  offer_days: 'The field expires_at must be after now and within {count} days.',
  offers_full: 'A deal has at most {count} offers.',
  consent_asked: 'The pledgee was asked for its consent to this offer already; its answer stands.',
  consent_of_pledgee: 'Only the pledgee consents to what is done with its pledge; ask it to answer.',
  consent_answered: 'You have answered already, and the answer stands.',
  consent_moot: 'The offer that this consent was asked for does not stand any more.',

  room_full: 'A listing has at most {count} documents.',
  room_of_seller: 'Who may see a document is for the seller to say.',
  room_shut: 'The data room of this deal is not open: take the step open_data_room first.',
  room_over: 'The deal is withdrawn: nothing more is shown in it.',

  range_binding: 'Your range stands for {days} days and is neither changed nor withdrawn, until {until}.',
  range_resting:
    'The ranges of the last round did not overlap; neither side submits another for {days} days, until {until}.',
  range_overlapping:
    'The ranges overlap, and nothing narrower can be asked: consent to the midpoint, or make an offer.',
  range_too_many:
    'You have submitted {count} ranges on this deal or its listing, which is all there are; make an offer.',
  range_too_many_today: 'You have submitted {count} ranges today; submit the next one tomorrow.',
  range_no_midpoint: 'The ranges of this deal do not overlap yet; there is no midpoint to learn.',
  range_consented: 'You have consented already.',
  range_over: 'The deal is {stage}; its price is not talked of any more.',

  listing_patent_twice: 'A patent is named twice.',
  listing_days: 'The field expires_on must be after today, {today}, and no later than {last}.',
  listing_not_in_force: 'Patent {patent_id} is {legal}; only a granted patent in force can be listed.',
  listings_full: 'An organisation has at most {count} listings.',
  listing_again: 'Patent {patent_id} is in your listing {listing_id} already; withdraw that first.',
  listing_sold: 'You have sold patent {patent_id} to another.',
  listing_pseudonym: 'The field pseudonym_id names no pseudonym of yours; leave it out for a new one.',
  listing_reserved: 'A buyer has accepted: withdraw from that deal first.',
  listing_over: 'The listing is {listing_state} already.',
  referral_to_nobody: 'The field intermediary_id names no agency and no expert.',
  referral_own: 'The listing is your own: an intermediary is another.',
  referral_over: 'The listing is {listing_state}.',
  referral_again: 'The listing was sent there already.',

  disposal_by_auction: 'The plan of this pledge is an auction: move the pledge into disposal by that route.',
  disposal_listed: 'The patents of this pledge are listed already.',
  disposal_early: 'A pledge that is {state} is not listed for disposal; that follows defaulted.',

  wants_full: 'An organisation has at most {count} wants.',
  want_over: 'The want is over already.',
  want_own: 'The want is your own.',
  want_withdrawn: 'The want was withdrawn.',
  want_expired: 'The want has expired.',
  want_listing_over: 'The listing is {listing_state}.',
  want_pointed_out: 'You have pointed this listing out already.',

  expert_own: 'You cannot engage yourself. Ask another expert.',
  expert_asked: '{expert} is asked by you on this already.',
  expert_step_of_other: 'The step {engagement_step} is for the {by_side}; you are the {side}.',
  expert_step_out_of_order: 'An engagement that is {engagement_state} cannot become {engagement_step}.',
  opinion_of_expert: 'The expert alone writes the opinion.',
  opinion_early: 'An engagement that is {engagement_state} takes no opinion; accept it first.',
  opinions_full: 'An opinion has at most {count} versions.',
  engagement_of_engager: 'The engager alone shares an engagement.',
  rating_of_engager: 'The engager alone rates an engagement.',
  rating_early: 'There is no opinion yet that could be rated.',
  rating_again: 'You have rated this engagement already.',
} as const;

export const sentence = sentencesOf(SENTENCES);
