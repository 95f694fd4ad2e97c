/** What is said of endpoints: why one was disabled, and why a change of one or its address is refused. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  endpoint_by_owner: 'disabled by its owner',
  endpoint_gone: 'the receiver answered 410 Gone',
  endpoint_failing: 'nothing but failures for {hours} hours',
  endpoints_full: 'An organisation has at most {count} endpoints; delete one first.',
  replay_too_long: 'must lie in the last {days} days, for which deliveries are recorded',

  url_long: 'The URL has {length} characters; at most {most} are accepted: shorten it.',
  url_not_https: 'This is not an absolute https URL; webhooks go only to those: write "https://host/path".',
  url_with_password:
    'The URL carries a user name or password; none is accepted: rely on the signature instead.',
  url_with_fragment: 'The URL has a fragment, which is never sent: remove "#" and what follows.',
  url_insecure:
    'The host {host} is to be reached by http; only https is accepted: write "https://", or have the operator add the host to allowed_hosts.',
  url_port:
    'The port {port} is not accepted; webhooks go to {ports}: move the receiver, or have the operator add "{host}" to allowed_hosts.',
  url_not_public:
    'The name {host} is not public; webhooks go only to public hosts: use a public receiver, or have the operator add its exact host to allowed_hosts.',
  address_not_public:
    'The address {address} is {reason}; webhooks go only to public addresses: use a public receiver, or have the operator add its exact host to allowed_hosts.',
  address_none: 'not an IP address',
  address_range: 'in the range "{range}"',
  address_not_global: 'outside the global unicast block 2000::/3',
  address_of_cloud: 'the platform address of a cloud',
  address_of_machine: 'an address of this machine',
} as const;

export const say = sentencesOf(SENTENCES);
