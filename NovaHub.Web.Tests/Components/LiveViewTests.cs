using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Live;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Tests.Components;

public sealed class LiveViewTests
{
    [Fact]
    public async Task A_view_shows_the_state_and_what_changes_and_leaves_no_subscriber()
    {
        await using var context = new BunitContext();
        context.Services.AddSingleton(TimeProvider.System);
        var feed = new LiveFeed<int, int>(5, (sum, more) => sum + more);
        var view = context.Render<Sum>(p => p.Add(v => v.Feed, feed));
        view.WaitForAssertion(() => Assert.Equal("5", view.Markup));
        feed.Publish(2);
        view.WaitForAssertion(() => Assert.Equal("7", view.Markup));
        await context.DisposeComponentsAsync();
        Assert.Equal(0, feed.Subscribers);
        feed.Publish(1);
    }

    [Fact]
    public async Task A_view_that_was_too_slow_begins_anew_with_the_state()
    {
        await using var context = new BunitContext();
        context.Services.AddSingleton(TimeProvider.System);
        var feed = new LiveFeed<int, int>(0, (sum, more) => sum + more, capacity: 4);
        var view = context.Render<Sum>(p => p.Add(v => v.Feed, feed).Add(v => v.Slow, true));
        view.WaitForAssertion(() => Assert.Equal("0", view.Markup));
        feed.Publish(1);
        view.WaitForAssertion(() => Assert.Equal("1", view.Markup));
        // More than fits before the next batch is drawn
        for (var i = 0; i < 100; i++)
        {
            feed.Publish(1);
        }

        view.WaitForAssertion(() => Assert.Equal("101", view.Markup), TimeSpan.FromSeconds(5));
        Assert.True(view.Instance.Skipped > 0);
    }

    [Fact]
    public async Task A_failure_while_drawing_reaches_the_error_boundary()
    {
        await using var context = new BunitContext();
        context.Services.AddSingleton(TimeProvider.System);
        var feed = new LiveFeed<int, int>(0, (sum, more) => sum + more);
        var boundary = context.Render<Microsoft.AspNetCore.Components.Web.ErrorBoundary>(p => p
            .AddChildContent<Sum>(v => v.Add(x => x.Feed, feed).Add(x => x.Breaks, true))
            .Add(b => b.ErrorContent, failure => $"<p>{failure.Message}</p>"));
        feed.Publish(1);
        boundary.WaitForAssertion(() => Assert.Contains("It broke", boundary.Markup));
    }

    [Fact]
    public async Task What_streams_past_a_view_to_the_browser_does_not_draw_it()
    {
        await using var context = new BunitContext();
        context.Services.AddSingleton(TimeProvider.System);
        var feed = new LiveFeed<int, int>(0, (sum, more) => sum + more);
        var view = context.Render<Sum>(p => p.Add(v => v.Feed, feed).Add(v => v.Streams, true));
        view.WaitForAssertion(() => Assert.Equal(0, view.Instance.Taken));
        var drawn = view.RenderCount;
        feed.Publish(2);
        Assert.True(SpinWait.SpinUntil(() => view.Instance.Taken == 2, TimeSpan.FromSeconds(10)));
        // Whatever the view does after it has its turn on the circuit before this
        await view.InvokeAsync(() => { });
        Assert.Equal(drawn, view.RenderCount);
    }

    private sealed class Sum : LiveView
    {
        private int _sum;

        public int Taken => _sum;

        [Parameter]
        public bool Streams { get; set; }

        [Parameter]
        public LiveFeed<int, int> Feed { get; set; } = default!;

        [Parameter]
        public bool Slow { get; set; }

        [Parameter]
        public bool Breaks { get; set; }

        protected override void OnAfterRender(bool firstRender)
        {
            if (firstRender && Streams)
            {
                Stream(Feed, TimeSpan.FromMilliseconds(20), BeginAsync, ChangeAsync);
            }
            else if (firstRender)
            {
                Follow(Feed, TimeSpan.FromMilliseconds(Slow ? 300 : 20), BeginAsync, ChangeAsync);
            }
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, _sum);

        private Task BeginAsync(int sum)
        {
            _sum = sum;
            return Task.CompletedTask;
        }

        private Task ChangeAsync(IReadOnlyList<int> changes)
        {
            _sum += Breaks ? throw new InvalidOperationException("It broke") : changes.Sum();
            return Task.CompletedTask;
        }
    }
}
