-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP TABLE "interrupted_forms";
