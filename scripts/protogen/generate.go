package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// plugin is a program that protoc would call to turn .proto files into code.
type plugin struct {
	tool       string // as in "go tool NAME"
	parameters string
}

// plugins returns those that write into the module of the Connect transport.
func plugins() []plugin {
	const into = "module=github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	return []plugin{
		{"protoc-gen-go", into},
		{"protoc-gen-connect-go", into + ",simple"}, // handlers of messages alone, without a wrapper
	}
}

// generate returns the code of the .proto files below docs/api of the checkout at root, by the
// names of its files in the module.
func generate(ctx context.Context, root string) (map[string]string, error) {
	request, err := compile(ctx, filepath.Join(root, "docs", "api"))
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, p := range plugins() {
		if err := p.generate(ctx, filepath.Join(root, "scripts"), request, files); err != nil {
			return nil, fmt.Errorf("%s: %w", p.tool, err)
		}
	}
	return files, nil
}

// compile makes what a plugin is asked of the .proto files below dir.
func compile(ctx context.Context, dir string) (*pluginpb.CodeGeneratorRequest, error) {
	names, err := sources(dir)
	if err != nil {
		return nil, err
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{dir}}),
		SourceInfoMode: protocompile.SourceInfoStandard, // comments become those of the code
	}
	compiled, err := compiler.Compile(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("compile docs/api: %w", err)
	}
	return &pluginpb.CodeGeneratorRequest{FileToGenerate: names, ProtoFile: inOrder(compiled)}, nil
}

// sources returns the .proto files below dir, in the form and the order in which they name
// each other.
func sources(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".proto") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for .proto files: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is no .proto file in %s", dir)
	}
	slices.Sort(names)
	return names, nil
}

// inOrder returns the files and all that they import, each after what it imports.
func inOrder(files linker.Files) []*descriptorpb.FileDescriptorProto {
	var list []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var add func(f protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
		list = append(list, protoutil.ProtoFromFileDescriptor(f))
	}
	for _, f := range files {
		add(f)
	}
	return list
}

// generate asks the plugin, and adds the files that it answers with. The plugin is a tool of
// the module in dir.
func (p plugin) generate(ctx context.Context, dir string, request *pluginpb.CodeGeneratorRequest, files map[string]string) error {
	request = proto.CloneOf(request)
	request.Parameter = &p.parameters
	question, err := proto.Marshal(request)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	command := exec.CommandContext(ctx, "go", "tool", p.tool)
	command.Dir, command.Stdin = dir, bytes.NewReader(question)
	var answer, complaint bytes.Buffer
	command.Stdout, command.Stderr = &answer, &complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("run it: %w: %s", err, complaint.Bytes())
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(answer.Bytes(), &response); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	if response.Error != nil {
		return fmt.Errorf("it refuses: %s", response.GetError())
	}
	for _, f := range response.GetFile() {
		files[f.GetName()] = f.GetContent()
	}
	return nil
}
