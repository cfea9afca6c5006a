"""Who is looking."""

from collabwidgets.widgets.pages import Pages


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_script_without_pages_is_never_silent():
    pages = Pages(Clock())
    assert pages.never
    assert not pages.listening


def test_a_new_page_is_greeted_once():
    pages = Pages(Clock())
    pages.beat("a", visible=True)
    assert pages.waiting
    pages.waiting = False
    pages.beat("a", visible=True)
    assert not pages.waiting


def test_pages_without_heartbeat_for_more_than_six_seconds_are_silent():
    clock = Clock()
    pages = Pages(clock)
    pages.beat("a", visible=True)
    clock.now += 6.0
    assert pages.listening
    clock.now += 0.1
    assert not pages.listening
    assert not pages.visible


def test_a_page_that_comes_back_after_a_silence_is_greeted_again():
    clock = Clock()
    pages = Pages(clock)
    pages.beat("a", visible=True)
    pages.waiting = False
    clock.now += 2
    pages.beat("a", visible=True)
    assert not pages.waiting
    pages.beat("a", visible=True, anew=True)
    assert pages.waiting
    pages.waiting = False
    clock.now += 60
    pages.beat("a", visible=True)
    assert pages.waiting


def test_one_page_that_draws_is_enough_and_a_closed_one_holds_nothing_up():
    pages = Pages(Clock())
    pages.beat("closed", visible=True)
    pages.beat("open", visible=True, drawn=7)
    assert pages.acknowledged(7)
    assert not pages.acknowledged(8)


def test_without_pages_everything_counts_as_drawn():
    assert Pages(Clock()).acknowledged(3)


def test_hidden_pages_are_there_but_not_visible():
    pages = Pages(Clock())
    pages.beat("a", visible=False)
    assert pages.listening
    assert not pages.visible
    pages.beat("b", visible=True)
    assert pages.visible


def test_an_excused_page_gets_a_little_longer_and_no_more():
    clock = Clock()
    pages = Pages(clock)
    pages.beat("a", visible=True)
    clock.now += 7
    pages.excuse()
    assert pages.listening
    clock.now += 2
    assert not pages.listening


def test_the_names_of_a_thousand_reloads_are_forgotten():
    clock = Clock()
    pages = Pages(clock)
    for reload in range(1000):
        clock.now += 1
        pages.beat(f"page {reload}", visible=True)
    assert len(pages._pages) <= 100
    pages.beat("page 999", visible=True, drawn=5)
    assert pages.acknowledged(5)
