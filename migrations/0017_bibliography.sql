-- What documents tell around a patent. Append-only: what is told again adds no row, what is told otherwise adds one, and
-- known_at says since when we know. No foreign keys: a bulk load need not look up each patent. An entry_id is derived
-- from what the row says, so the order of files does not matter.

-- Documents by which others cite the patent; patent_facts keeps only one of those that are learnt at one instant.
create table patent_publication (
  patent_id uuid not null,
  entry_id uuid not null,
  office text not null check (office ~ '^[A-Z]{2}$'),
  number text not null,
  kind text,
  published_on date,
  known_at timestamptz not null,
  primary key (patent_id, entry_id)
);

-- Persons as named by the document of that day; null: the source does not tell the day.
create table patent_party (
  patent_id uuid not null,
  entry_id uuid not null,
  source text not null,
  role text not null check (role in ('owner', 'applicant', 'inventor')),
  -- From 1 within the role.
  sequence integer not null check (sequence > 0),
  name text not null,
  country text check (country ~ '^[A-Z]{2}$'),
  published_on date,
  known_at timestamptz not null,
  primary key (patent_id, entry_id)
);

create table patent_priority (
  patent_id uuid not null,
  entry_id uuid not null,
  -- Of the application whose priority is claimed, in the form of patent.application_number.
  office text not null check (office ~ '^[A-Z]{2}$'),
  number text not null,
  filed_on date,
  known_at timestamptz not null,
  primary key (patent_id, entry_id)
);
create index on patent_priority (office, number);

create table patent_class (
  patent_id uuid not null,
  scheme text not null check (scheme in ('CPC', 'IPC')),
  symbol text not null,
  known_at timestamptz not null,
  primary key (patent_id, scheme, symbol)
);

-- patent_id cites. A cited document is found by its number; cited_patent_id is there where the source itself names the
-- application.
create table patent_citation (
  patent_id uuid not null,
  entry_id uuid not null,
  cited_office text check (cited_office ~ '^[A-Z]{2}$'),
  cited_number text,
  cited_kind text,
  cited_patent_id uuid,
  -- Literature as written, or the source's own key of a document without number.
  cited_reference text,
  literature boolean not null,
  phase text,
  cited_by text check (cited_by in ('applicant', 'examiner')),
  categories text[] not null,
  -- Publication of the citing document: since then anyone could know.
  published_on date,
  known_at timestamptz not null,
  primary key (patent_id, entry_id),
  check ((cited_office is null) = (cited_number is null)),
  check (num_nonnulls(cited_number, cited_patent_id, cited_reference) > 0)
);
create index on patent_citation (cited_office, cited_number);
create index on patent_citation (cited_patent_id) where cited_patent_id is not null;

create trigger patent_publication_is_append_only before update or delete on patent_publication
  for each row execute function refuse_change();
create trigger patent_party_is_append_only before update or delete on patent_party
  for each row execute function refuse_change();
create trigger patent_priority_is_append_only before update or delete on patent_priority
  for each row execute function refuse_change();
create trigger patent_class_is_append_only before update or delete on patent_class
  for each row execute function refuse_change();
create trigger patent_citation_is_append_only before update or delete on patent_citation
  for each row execute function refuse_change();
