"""The code cells of the chapter, one step each, in our own words; only the star import differs from fastai's.

`EPOCHS` stands where the chapter trains five.
"""

CELLS = [
    "from collabwidgets.fastai import *",
    "path = untar_data(URLs.ML_100k)",
    """
ratings = pd.read_csv(path/'u.data', delimiter='\\t', header=None, names=['user', 'movie', 'rating', 'timestamp'])
ratings.head()""",
    "space_opera = np.array([0.98, 0.9, -0.9]); fan = np.array([0.9, 0.8, -0.6])",
    "good = (fan * space_opera).sum()",
    "romance = np.array([-0.99, -0.3, 0.8]); bad = (fan * romance).sum()",
    """
movies = pd.read_csv(path/'u.item', delimiter='|', encoding='latin-1',
                     usecols=(0, 1), names=('movie', 'title'), header=None)
movies.head()""",
    "ratings = ratings.merge(movies); ratings.head()",
    "dls = CollabDataLoaders.from_df(ratings, item_name='title', bs=64); dls.show_batch()",
    "dls.classes",
    """
n_users, n_movies = len(dls.classes['user']), len(dls.classes['title'])
user_factors, movie_factors = torch.randn(n_users, 5), torch.randn(n_movies, 5)""",
    "third = one_hot(3, n_users).float(); looked_up = user_factors.t() @ third",
    "same = torch.allclose(looked_up, user_factors[3])",
    """
class DotProduct(Module):
    def __init__(self, n_users, n_movies, n_factors):
        self.user_factors = Embedding(n_users, n_factors)
        self.movie_factors = Embedding(n_movies, n_factors)

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1)""",
    "x, y = dls.one_batch(); x.shape",
    "learn = Learner(dls, DotProduct(n_users, n_movies, 50), loss_func=MSELossFlat())",
    "learn.fit_one_cycle(EPOCHS, 5e-3); plain = learn",
    """
class DotProduct(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors = Embedding(n_users, n_factors)
        self.movie_factors = Embedding(n_movies, n_factors)
        self.y_range = y_range

    def forward(self, x):
        return sigmoid_range((self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1), *self.y_range)""",
    """
learn = Learner(dls, DotProduct(n_users, n_movies, 50), loss_func=MSELossFlat())
learn.fit_one_cycle(EPOCHS, 5e-3); ranged = learn""",
    """
class DotProductBias(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors, self.user_bias = Embedding(n_users, n_factors), Embedding(n_users, 1)
        self.movie_factors, self.movie_bias = Embedding(n_movies, n_factors), Embedding(n_movies, 1)
        self.y_range = y_range

    def forward(self, x):
        match = (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1, keepdim=True)
        match += self.user_bias(x[:, 0]) + self.movie_bias(x[:, 1])
        return sigmoid_range(match, *self.y_range)""",
    """
learn = Learner(dls, DotProductBias(n_users, n_movies, 50), loss_func=MSELossFlat())
learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.1); biased = learn""",
    """
at = np.linspace(-2, 2, 100)
_, ax = plt.subplots()
for a in (1, 2, 5, 10, 50): ax.plot(at, a * at**2, label=f'a={a}')
ax.set_ylim([0, 5]); ax.legend();""",
    """
class T(Module):
    def __init__(self): self.a = torch.ones(3)

none = L(T().parameters())""",
    """
class T(Module):
    def __init__(self): self.a = nn.Parameter(torch.ones(3))

one = L(T().parameters())""",
    """
class T(Module):
    def __init__(self): self.a = nn.Linear(1, 3, bias=False)

layer = L(T().parameters()); kind = type(T().a.weight)""",
    "def create_params(size): return nn.Parameter(torch.zeros(*size).normal_(0, 0.01))",
    """
class DotProductBias(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors, self.user_bias = create_params([n_users, n_factors]), create_params([n_users])
        self.movie_factors, self.movie_bias = create_params([n_movies, n_factors]), create_params([n_movies])
        self.y_range = y_range

    def forward(self, x):
        match = (self.user_factors[x[:, 0]] * self.movie_factors[x[:, 1]]).sum(dim=1)
        match += self.user_bias[x[:, 0]] + self.movie_bias[x[:, 1]]
        return sigmoid_range(match, *self.y_range)""",
    """
learn = Learner(dls, DotProductBias(n_users, n_movies, 50), loss_func=MSELossFlat())
learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.1); own = learn""",
    """
movie_bias = learn.model.movie_bias.squeeze()
lowest = [dls.classes['title'][i] for i in movie_bias.argsort()[:5]]""",
    "highest = [dls.classes['title'][i] for i in movie_bias.argsort(descending=True)[:5]]",
    """
counts = ratings.groupby('title')['rating'].count()
top_movies = counts.sort_values(ascending=False).index.values[:1000]
top_idxs = tensor([learn.dls.classes['title'].o2i[m] for m in top_movies])
movie_pca = learn.model.movie_factors[top_idxs].cpu().detach().pca(3)
fac0, fac1, fac2 = movie_pca.t()
idxs = list(range(50))
plt.figure(); plt.scatter(fac0[idxs], fac2[idxs])
for title, across, up in zip(top_movies[idxs], fac0[idxs], fac2[idxs]):
    plt.text(across, up, title, color=np.random.rand(3) * 0.7, fontsize=11)""",
    "learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))",
    "learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.1); ready_made = learn",
    "printed = repr(learn.model)",
    """
movie_bias = learn.model.i_bias.weight.squeeze()
favourites = [dls.classes['title'][i] for i in movie_bias.argsort(descending=True)[:5]]""",
    """
movie_factors = learn.model.i_weight.weight
idx = dls.classes['title'].o2i['Silence of the Lambs, The (1991)']
distances = nn.CosineSimilarity(dim=1)(movie_factors, movie_factors[idx][None])
nearest = dls.classes['title'][distances.argsort(descending=True)[1]]""",
    "embs = get_emb_sz(dls)",
    """
class CollabNN(Module):
    def __init__(self, user_sz, item_sz, y_range=(0, 5.5), n_act=100):
        self.user_factors, self.item_factors = Embedding(*user_sz), Embedding(*item_sz)
        self.layers = nn.Sequential(nn.Linear(user_sz[1] + item_sz[1], n_act), nn.ReLU(), nn.Linear(n_act, 1))
        self.y_range = y_range

    def forward(self, x):
        both = self.user_factors(x[:, 0]), self.item_factors(x[:, 1])
        return sigmoid_range(self.layers(torch.cat(both, dim=1)), *self.y_range)""",
    """
learn = Learner(dls, CollabNN(*embs), loss_func=MSELossFlat())
learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.01); neural = learn""",
    """
learn = collab_learner(dls, use_nn=True, y_range=(0, 5.5), layers=[100, 50])
learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.1); tabular = learn""",
    """
@delegates(TabularModel)
class EmbeddingNN(TabularModel):
    def __init__(self, emb_szs, layers, **kwargs):
        super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)

learn = Learner(dls, EmbeddingNN(embs, [100, 50], y_range=(0, 5.5)), loss_func=MSELossFlat())
learn.fit_one_cycle(EPOCHS, 5e-3, wd=0.1); typed = learn""",
]
