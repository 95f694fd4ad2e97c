-- What the text of the claims says of a patent's strength (models/claims/fragility.ts), once for each text and model. Null
-- figures: the text was read, and nothing could be said of it.
create table claim_fragility (
  patent_id uuid not null,
  entry_id uuid not null,
  model text not null,
  figures jsonb,
  primary key (patent_id, entry_id, model)
);

grant select on claim_fragility to pledgewatch_app;
