"""Spreadsheets as they were sent, and what became of each row."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.submissions.states import RowOutcome, SubmissionStatus


class Submission(Base):
    """One upload: the file, its photos, and counts by outcome. ``done_rows`` is the progress of the running job."""

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_district_created", "district_code", "created_at"),)
    LOCK_RANK: ClassVar[int] = 5

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[SubmissionStatus] = mapped_column(default=SubmissionStatus.CHECKING)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(default="", index=True)  # of the sheet as sent: the stored file is encrypted
    file_name: Mapped[str]  # as the officer calls it; shown, never used as a path
    photos_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    layout: Mapped[str] = mapped_column(default="")  # which column layout was recognised
    problem: Mapped[dict[str, Any] | None]  # why the file as a whole was refused: code and facts
    columns: Mapped[list[Any]] = mapped_column(default=list)  # [key, heading] in the order of the sheet
    defaults: Mapped[dict[str, Any]] = mapped_column(default=dict)  # cells of an export that has no maker's column
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was left out: examples, stray cells, photos
    total_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    new_rows: Mapped[int] = mapped_column(default=0)
    changed_rows: Mapped[int] = mapped_column(default=0)
    unchanged_rows: Mapped[int] = mapped_column(default=0)
    wrong_rows: Mapped[int] = mapped_column(default=0)
    failed_rows: Mapped[int] = mapped_column(default=0)  # right in the preview, refused when they were written
    beat_at: Mapped[datetime | None]  # last sign of life of the running job
    files_deleted_at: Mapped[datetime | None]  # the originals hold NIKs: they leave after a while
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SubmissionRow(Base):
    """One row of the sheet. ``applied_at`` is set in the transaction that writes its effect."""

    __tablename__ = "submission_row"
    __table_args__ = (
        UniqueConstraint("submission_id", "row_number"),
        Index("ix_submission_row_outcome", "submission_id", "outcome", "row_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    row_number: Mapped[int]  # as the spreadsheet program shows it
    unit: Mapped[int]  # number of the first row of the same product: its rows are written together
    outcome: Mapped[RowOutcome]
    cells: Mapped[dict[str, Any]]  # as typed, by column heading
    facts: Mapped[dict[str, Any]]  # as understood
    problems: Mapped[list[Any]]  # [{column, value, code, …}]
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    applied_at: Mapped[datetime | None]
