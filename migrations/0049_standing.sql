-- Whether the place of a patent in its cohort moves its value: the champion says no, the challenger by how much
-- (models/value/standing.ts, docs/decisions/0028-standing-moves-no-value.md).
insert into model_specification (id, task, kind, role, author, materiality, limits, metric, metric_registered_on,
  calibration_margin, review_triggers) values
  ('value-without-standing/1', 'value-by-standing', 'standing-effects', 'champion', 'the founders of Pledgewatch',
   '{"exposure": 3, "purpose": 2, "complexity": 1, "assumptions": 1, "data_quality": 2}',
   'Citations and family are told beside a value and do not move it.',
   'pinball', '2026-11-29', 0.01, '{challenger_won,prices_known}'),
  ('value-by-standing/1', 'value-by-standing', 'standing-effects', 'challenger', 'the founders of Pledgewatch',
   '{"exposure": 1, "purpose": 1, "complexity": 1, "assumptions": 3, "data_quality": 3}',
   'Effects from a survey of European inventors, not verified. No price of a patent with known standing is at hand, so it cannot be compared; values nothing.',
   'pinball', '2026-11-29', 0.01, '{prices_known}');
