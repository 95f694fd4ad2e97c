-- What documents say in their own words, append-only and known since known_at like the rest of the bibliography (0017).
create table patent_text (
  patent_id uuid not null,
  entry_id uuid not null,
  part text not null check (part in ('title', 'abstract', 'claims')),
  -- ISO 639-1 where the source tells it.
  language text check (language ~ '^[a-z]{2}$'),
  content text not null check (content <> ''),
  -- Of the document that says it; null: the source does not tell the day.
  published_on date,
  known_at timestamptz not null,
  primary key (patent_id, entry_id)
);
create trigger patent_text_is_append_only before update or delete on patent_text
  for each row execute function refuse_change();
