"""PCAScatter(data=…): columns of the caller's own on axes, as colours and sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from collabwidgets.widgets import PCAScatter
from tests.widgets.unpacked import bytes_numbers, bytes_texts


@pytest.fixture
def trained(learn):
    learn.view.min_count = 5
    learn.fit_one_cycle(1)
    return learn


@pytest.fixture
def table(learn):
    titles = learn.dls.items.names[1:].tolist()
    genres = ["Drama", "Comedy", "Drama"] * 30
    return pd.DataFrame({"title": titles, "genre": genres, "budget": np.arange(90.0) - 5, "year": 1990}).sample(
        frac=1, random_state=0
    )


def test_columns_are_found_by_title_whatever_form_they_have(trained, table):
    keyed = table.set_index("title")
    by_row = np.concatenate([[0.0], np.arange(90.0) - 5])
    forms = [table, keyed, {"budget": keyed["budget"]}, {"budget": keyed["budget"].to_dict()}, {"budget": by_row}]
    forms.append(pl.DataFrame({"title": table["title"].tolist(), "budget": table["budget"].tolist()}))
    for data in forms:
        frame = PCAScatter(trained, data=data, x="budget").to_frame()
        assert frame["budget"].tolist() == [row - 6 for row in frame.index]
    frame = PCAScatter(trained, data=table, x="year", color_by="genre", size_by="budget").to_frame()
    expected = keyed.loc[frame["title"], ["year", "genre", "budget"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        frame[["year", "genre", "budget"]].reset_index(drop=True), expected, check_dtype=False, check_names=False
    )


def test_categories_travel_most_frequent_first_and_numbers_as_they_are(trained, table):
    table.loc[table["title"] == "Title 07", "genre"] = None
    scatter = PCAScatter(trained, data=table)
    sent = scatter._columns
    assert {name: column["kind"] for name, column in sent.items()} == {
        "genre": "text",
        "budget": "number",
        "year": "number",
    }
    assert bytes_texts(sent["genre"]["names"]) == ["Drama", "Comedy"]
    codes = bytes_numbers(sent["genre"]["values"], np.float32)
    assert np.isnan(codes[[0, 7]]).all()
    assert codes[[1, 2, 3]].tolist() == [0, 1, 0]
    assert bytes_numbers(sent["budget"]["values"], np.float32)[1:].tolist() == list(np.arange(90.0) - 5)


def test_of_much_data_only_what_is_in_use_travels(trained, table, monkeypatch):
    monkeypatch.setattr("collabwidgets.widgets.pca_scatter._SMALL", 10)
    scatter = PCAScatter(trained, data=table, color_by="genre")
    assert [name for name, column in scatter._columns.items() if "values" in column] == ["genre"]
    scatter.set_state({"x": "budget"})
    assert [name for name, column in scatter._columns.items() if "values" in column] == ["genre", "budget"]


def test_what_is_wrong_is_said_with_the_nearest_spelling(trained, table):
    with pytest.raises(Exception, match=r"color_by='gerne' is not known; choose .*The nearest spelling is 'genre'"):
        PCAScatter(trained, data=table, color_by="gerne")
    with pytest.raises(Exception, match="x='genre' is a column of texts"):
        PCAScatter(trained, data=table, x="genre")
    with pytest.raises(Exception, match="a column of your own comes with data="):
        PCAScatter(trained, x="budget")
    with pytest.raises(ValueError, match=r"none of the 1 names in data .*'title 7'.*is a title of the ratings"):
        PCAScatter(trained, data={"budget": {"title 7": 1.0}})
    with pytest.raises(TypeError, match=r"makes no table .*one to arrays of 91 values, one for each row of the titles"):
        PCAScatter(trained, data={"budget": np.zeros(90)})
    with pytest.raises(TypeError, match=r"data is an int that makes no table .*a DataFrame with a column 'title'"):
        PCAScatter(trained, data=5)
    with pytest.warns(UserWarning, match=r"'Title 11', for one, is not in it. The nearest spelling is 'Title 10'"):
        PCAScatter(trained, data=table.set_index("title").loc[[f"Title {i:02}" for i in range(1, 11)]])
    with pytest.raises(ValueError, match=r"none of the 2 names in data \('0', …\) .*as a column 'title' or as"):
        PCAScatter(trained, data=[1, 2])
    with pytest.warns(UserWarning, match=r"data has values for 1% of the 90 titles; 'Title 01', for one, is not in it"):
        PCAScatter(trained, data={"budget": {"Title 07": 1.0}})
    with pytest.warns(UserWarning, match=r"'budget' of data has 1 infinite value \(first: 'Title 01'\)"):
        PCAScatter(trained, data=table.assign(budget=[np.inf if t == "Title 01" else 1.0 for t in table["title"]]))
    with pytest.warns(UserWarning, match="the column 'mean' of data is left out"):
        PCAScatter(trained, data=table.assign(mean=3.0))


def test_its_code_names_the_table_and_runs(trained, table):
    scatter = PCAScatter(trained, data=table, x="year", color_by="genre")
    code = scatter.to_code()
    assert "# data: your own table of titles (genre, budget, year)\n" in code
    last = code[code.rindex("cw.PCAScatter") :]
    import collabwidgets as cw

    again = eval(last, {"cw": cw, "learn": trained, "data": table})
    assert (again.x, again.color_by) == ("year", "genre")


def test_a_title_without_a_value_has_no_place_and_the_picture_says_how_many(trained, table, tmp_path):
    table.loc[table["title"].isin(["Title 07", "Title 08"]), "budget"] = np.nan
    scatter = PCAScatter(trained, data=table, x="budget", color_by="genre", size_by="budget")
    drawn = scatter.save_svg(tmp_path / "map.svg").read_text()
    assert "; 2 without a value on an axis not shown" in drawn
    assert "Comedy" in drawn
    assert repr(scatter).endswith("budget × PC 2)")
