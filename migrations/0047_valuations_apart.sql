-- Valuations stay whole under their policies where patents are spread over servers (src/db/distribution.ts), and no reference
-- leads from one server to all of them. A valuation is of facts that were read of the patent, so it is there.
alter table valuation drop constraint valuation_patent_id_fkey;
