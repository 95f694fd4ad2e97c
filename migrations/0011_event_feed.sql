-- The order in which each reader of the feed meets its events. Ids are made before commit, so a reader standing at the
-- head could pass one that commits later; numbers are given after commit, when the feed is read.
create table event_feed (
  -- An organisation's id, or 'staff' for the feed of all events.
  stream text not null,
  event_id text not null references event,
  -- Drawn while the pledge is locked: of one pledge, the later event has the greater place.
  place bigint generated always as identity,
  -- From 1 without gaps, in an order that agrees with commits and with the order of each pledge. Null until first read.
  seq bigint,
  primary key (stream, event_id),
  unique (stream, seq)
);
create index on event_feed (stream, place) where seq is null;

insert into event_feed (stream, event_id)
  select distinct on (event.id, stream) stream, event.id
  from event cross join lateral (values (bank_id), (firm_id), ('staff')) reader (stream)
  where stream is not null order by event.id, stream;
