-- Failures of an endpoint since it last took anything. An endpoint that is well has no row, so this stays tiny.
create table endpoint_health (
  endpoint_id text primary key references endpoint,
  failures integer not null check (failures > 0),
  failing_since timestamptz not null,
  probe_at timestamptz not null,
  warnings integer not null default 0,
  warned_at timestamptz
);

-- What an event that was given up means for the later ones of its pledge. Endpoints of before keep what they were promised.
alter table endpoint add column on_dead_letter text not null default 'skip' check (on_dead_letter in ('skip', 'pause'));

-- A single delivery that the endpoint's owner asked for: one attempt, whatever the endpoint's state.
alter table lane add column on_demand boolean not null default false;

-- Given up, not sent again since, and not delivered in another way.
create view dead_letter with (security_invoker = true) as
select history.*, event.type as event_type, event.pledge_id
from delivery_history history join event on event.id = history.event_id
where history.outcome = 'dead' and history.lane_key = coalesce(event.pledge_id, event.id)
  and not exists (select from delivery waiting where waiting.endpoint_id = history.endpoint_id
    and waiting.lane_key = history.lane_key and waiting.seq = history.seq)
  and not exists (select from delivery_history later
    where later.event_id = history.event_id and later.endpoint_id = history.endpoint_id
      and (later.outcome = 'delivered' or (later.lane_key = history.lane_key and later.id > history.id)));

create index on delivery_history (endpoint_id, id) where outcome = 'dead';
create index on delivery_history using brin (finished_at);
create index on event (bank_id, occurred_at);
create index on event (firm_id, occurred_at);
